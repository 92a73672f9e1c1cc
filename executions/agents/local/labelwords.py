"""The words by which pages label a fact, in the languages met most often on the web."""

from __future__ import annotations

from executions.agents.local.concepts import BY_NAME, Concept
from executions.agents.local.text import words

LABELS: dict[Concept, str] = {
    Concept.PRICE: "price, our price, now, sale price, special price, your price, preis, prix, precio, prezzo, prijs, cena, preço, цена, 價格, 售價, 価格, 가격",
    Concept.SKU: (
        "sku, item no, item number, item #, item code, article no, article number, product code, product id, product no, product number, prod code, "
        "catalog number, catalogue number, stock code, stock no, style number, ref, reference, reference no, code, cat no, store sku, web code, "
        "listing id, post id, ad id, "
        "artikelnummer, artikel nr, art nr, artnr, artikelnr, bestellnummer, bestell nr, produktnummer, "
        "référence, réf, code article, référence produit, code produit, código, código de producto, referencia, codigo, cod, "
        "codice, codice prodotto, codice articolo, rif, artikelnummer, productnummer, productcode, "
        "kód, kód produktu, kód zboží, katalogové číslo, objednací číslo, číslo produktu, šifra, šifra artikla, šifra izdelka, "
        "indeks, kod produktu, nr katalogowy, cikkszám, termékkód, cod produs, код, код товара, артикул, номер товара, "
        "品號, 商品編號, 商品番号, 品番, 商品代碼, 貨號, 상품번호, 상품코드, tootekood, preces kods, prekės kodas, kods, ürün kodu, varenummer, artikelnummer, tuotekoodi, "
        "מקט, מק ט, מספר קטלוגי, رقم المنتج, رمز المنتج"
    ),
    Concept.MPN: (
        "mpn, manufacturer part number, mfr part no, mfr part number, part number, part no, manufacturer number, mfg part, mfr, mfr no, model number, model no, model, "
        "herstellernummer, hersteller nr, modellnummer, modell, numéro de modèle, modèle, modello, número de modelo, modelo, "
        "codice produttore, référence fabricant, herstellerartikelnummer, kód výrobce, kód výrobcu, part nr, pn, p n"
    ),
    Concept.GTIN: (
        "ean, gtin, upc, ean code, ean13, ean 13, ean kód, ean koda, barcode, barkod, isbn, isbn 13, isbn13, isbn 10, ean nummer, ean nr, code barre, "
        "codice ean, código ean, código de barras, čárový kód, ean gtin, gtin ean, upc code, gtin 13, штрихкод, штрих код"
    ),
    Concept.BRAND: (
        "brand, brands, manufacturer, maker, make, marke, hersteller, marque, fabricant, marca, fabricante, marchio, produttore, merk, "
        "fabrikant, značka, výrobca, výrobce, znamka, blagovna znamka, proizvajalec, brend, proizvođač, producent, gyártó, marka, märke, mærke, "
        "бренд, производитель, 品牌, 廠牌, ブランド, メーカー, 브랜드, 제조사, zīmols, ražotājs, gamintojas, tootja, kaubamärk, brand name, מותג, יצרן, ماركة, العلامة التجارية"
    ),
    Concept.AVAILABILITY: (
        "availability, stock, stock status, in stock, verfügbarkeit, disponibilité, disponibilidad, disponibilità, beschikbaarheid, "
        "dostupnosť, dostupnost, razpoložljivost, zaloga, dostępność, наличие, 庫存, 在庫, pieejamība, saadavus, skladovost"
    ),
    Concept.CONDITION: "condition, item condition, zustand, état, estado, stato",
    Concept.COLOR: "color, colour, farbe, couleur, colore, kleur",
    Concept.EMAIL: "email, e mail, mail, email address, e mail address, email us, correo electrónico, courriel",
    Concept.PHONE: (
        "phone, tel, telephone, phone number, telephone number, call us, call, office, main, toll free, mobile, cell, ph, main phone, "
        "telefon, tél, téléphone, teléfono, telefono, tlf, fon, phone no, p, t, contact number, hotline"
    ),
    Concept.FAX: "fax, facsimile, telefax, fax number, f, fax no, fax us",
    Concept.ADDRESS: "address, location, street address, office address, mailing address, postal address, visit us, adresse, anschrift, dirección, indirizzo",
    Concept.STREET: "street, street address, address line 1, strasse, straße, rue, calle",
    Concept.CITY: "city, town, ort, stadt, ville, ciudad, suburb",
    Concept.STATE: "state, province, region, county, bundesland",
    Concept.ZIPCODE: "zip, zip code, zipcode, postal code, postcode, plz, code postal, código postal",
    Concept.COUNTRY: "country, land, pays, país",
    Concept.HOURS: (
        "hours, opening hours, business hours, office hours, store hours, hours of operation, opening times, open, trading hours, "
        "öffnungszeiten, horaires, horario, clinic hours, showroom hours, our hours"
    ),
    Concept.AUTHOR: "author, by, written by, posted by, autor, autorin, auteur, autore, von, words by, text, yazar, автор, story by, reporter",
    Concept.PUBLISHED: (
        "date, published, published on, posted, posted on, date posted, date published, publication date, datum, veröffentlicht, "
        "publié le, fecha, erschienen, veröffentlicht am, erstellt am, post date, posting date, date added, listed, started"
    ),
    Concept.MODIFIED: "updated, last updated, modified, last modified, aktualisiert",
    Concept.TOTAL_TIME: "total time, total, ready in, time, gesamtzeit, temps total, tiempo total, zubereitungszeit, arbeitszeit",
    Concept.PREP_TIME: "prep time, prep, preparation time, vorbereitungszeit, vorbereitung, préparation, temps de préparation, hands on time, active time",
    Concept.COOK_TIME: "cook time, cook, cooking time, baking time, kochzeit, backzeit, cuisson, temps de cuisson",
    Concept.YIELDS: "yield, yields, servings, serves, makes, portionen, portions, porciones, recipe yield",
    Concept.CUISINE: "cuisine, küche",
    Concept.CATEGORY: "category, course, kategorie, catégorie, categoría, filed under, section",
    Concept.CALORIES: "calories, kcal",
    Concept.JOB_ID: (
        "job id, requisition id, req id, requisition number, job number, job code, reference, reference number, role number, job requisition id, job req id, "
        "requisition, job reference, posting id, vacancy id, jc number, jobnummer, job ref, req #, r"
    ),
    Concept.JOB_LOCATION: "location, locations, job location, work location, standort, arbeitsort, lieu, ubicación, primary location",
    Concept.DEPARTMENT: "department, team, teams, division, business unit, function, abteilung, job family, job category, département",
    Concept.EMPLOYMENT_TYPE: "employment type, job type, type, contract type, commitment, schedule, time type, position type, anstellungsart, work type",
    Concept.SALARY: "salary, pay, salary range, compensation, wage, pay range, base salary, gehalt, pay rate, annual salary",
    Concept.VALID_THROUGH: "closing date, application deadline, deadline, apply by, valid through, expires, final filing date",
    Concept.ORGANIZATION: "company, organization, organisation, employer, hiring organization, business name, company name, firma, unternehmen, agency",
    Concept.VIEWS: "views, view count, viewed, hits, aufrufe, page views",
    Concept.COMMENT_COUNT: "replies, comments, answers, responses, antworten",
    Concept.UP_VOTES: "upvotes, votes, likes, points, score",
    Concept.LANGUAGE: "language, sprache, langue",
}
BY_LABEL: dict[str, Concept] = {}
for _concept, _listed in LABELS.items():
    for _label in _listed.split(","):
        BY_LABEL.setdefault(words(_label), _concept)
for _name, _known in BY_NAME.items():
    BY_LABEL.setdefault(_name, _known)

LABELS_OF: dict[Concept, frozenset[str]] = {
    concept: frozenset(words(label) for label in listed.split(",")) for concept, listed in LABELS.items()
}


def label_fits(label: str, concept: Concept) -> float:
    """Return how well a label (as `words` gives it) names a fact: 1 for its very words, less when it only ends with them."""
    known = LABELS_OF.get(concept)
    if known is None:
        return 1.0 if BY_NAME.get(label) is concept else 0.0
    if label in known or BY_NAME.get(label) is concept:
        return 1.0
    tail = label.split()
    while len(tail) > 1:
        tail = tail[1:]
        ending = " ".join(tail)
        if len(ending) > 3 and ending in known:
            return 0.7 if len(tail) > 1 else 0.5
    return 0.0
