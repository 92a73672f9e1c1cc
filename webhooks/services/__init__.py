"""Each module holds the services of one kind of thing; a service is one mutation."""
