"""Reading tables of sites, without Django and without opening anything: bytes in, rows and problems out."""
