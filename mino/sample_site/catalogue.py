"""What the sample shop sells. All goods and makers are invented."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Product:
    """One article of the shop; `markup` names the way its page is written."""

    slug: str
    markup: str
    name: str
    brand: str
    sku: str
    price: Decimal
    in_stock: bool
    was: Decimal | None = None

    @property
    def price_text(self) -> str:
        """The price as a continental shop writes it: 1.234,50."""
        return f"{self.price:,.2f}".translate(str.maketrans(",.", ".,"))


def _product(line: str) -> Product:
    slug, markup, name, brand, sku, price, stock, *was = (part.strip() for part in line.split(";"))
    return Product(
        slug, markup, name, brand, sku, Decimal(price), stock == "in", Decimal(was[0]) if was and was[0] else None
    )


PRODUCTS = [
    _product(line)
    for line in """\
desk-lamp-arko;      json_ld;     Desk lamp Arkö, brass;           Lumenhaus;   LH-4417;  129.00; in; 149.00
pendant-solvo;       json_ld;     Pendant lamp Solvö, linen shade; Lumenhaus;   LH-4502;  119.00; in
kettle-one-litre;    microdata;   Pour-over kettle 1 l;            Kettle & Co; KC-0091;   64.50; in
mug-speckle;         microdata;   Mug Speckle, set of four;        Kettle & Co; KC-0120;   38.00; out
usb-c-hub-7;         table;       USB-C hub, 7 ports;              Voltlane;    VL-2207;   39.95; in; 49.95
hdmi-cable-2m;       table;       HDMI cable, 2 m;                 Voltlane;    VL-0302;   12.90; in
merino-50;           definitions; Merino yarn, 50 g;               Nordgarn;    NG-114;     5.90; in
alpaca-100;          definitions; Alpaca yarn, 100 g;              Nordgarn;    NG-208;    14.20; out
notebook-a5;         plain;       Notebook A5, squared;            Papiermond;  PM-5001;    9.80; in
ink-blue-30;         plain;       Ink Harbour Blue, 30 ml;         Papiermond;  PM-7120;   11.50; in
helmet-tour-3;       json_ld;     Tour 3 helmet, matt;             Bergwerk;    BW-3301;   89.95; out
rear-light-usb;      microdata;   Rear light, USB;                 Brightpedal; BP-0017;   24.00; in
step-ladder-4;       table;       Step ladder, 4 treads;           Zilverkast;  ZK-0404;  249.00; in; 279.00
vase-terra-30;       definitions; Vase Terra, 30 cm;               Casaverde;   CV-0030;   32.00; in
tile-posa-20;        plain;       Tile Posa 20 × 20, per box;      Mattonella;  MT-0020; 1234.50; in
rain-jacket-sea;     microdata;   Rain jacket, sea green;          Tidewell;    TW-0077;  189.00; in
bottle-oak-750;      json_ld;     Oak stopper bottle, 750 ml;      Oakbarrel;   OB-0771;   27.40; in
tenon-saw-240;       table;       Tenon saw, 240 mm;               Fernhill;    FH-0010;   45.00; out
slow-cooker;         slow;        Slow cooker, 3 l;                Kettle & Co; KC-0301;   79.00; in""".splitlines()
]
BY_SLUG = {product.slug: product for product in PRODUCTS}
BROKEN = "broken-shelf"
MISSING = "sold-last-year"
