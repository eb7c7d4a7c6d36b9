"""A small shop's reviews, written by hand, in English."""

SHIRT = [
    (5, "Great shirt, fits perfectly. Soft fabric!"),
    (5, "Fits perfectly and the colour is lovely"),
    (4, "Lovely colour, fits well"),
    (5, "Soft fabric, great quality"),
    (5, "Fast delivery, great shirt"),
    (5, "The fabric is soft and the shipping was fast"),
    (4, "Great value, fast delivery"),
    (5, "Great quality, lovely colour"),
    (2, "Runs small. Had to send it back"),
    (1, "The size is too small, it runs small for sure"),
    (2, "Fast delivery, but it runs small"),
    (1, "Isn't soft at all, the seams fell apart"),
    (3, "Runs small, lovely colour though"),
    (1, "Terrible. Fell apart after one wash"),
    (2, "Runs small and the collar fell apart"),
]
MUG = [
    (5, "Great mug, fast delivery"),
    (5, "Lovely colour and great quality"),
    (4, "Great value"),
    (5, "Great mug, lovely"),
    (1, "Broken on arrival, fell apart"),
]


def reviews(**products):
    """Give the reviews table: one a day from the first of March on, in the order given."""
    lines = ["review_id,product_id,written_at,rating,text"]
    rows = [(p, *r) for p, of in products.items() for r in of]
    for i, (product, stars, text) in enumerate(rows):
        day = f"2026-{3 + i // 28:02d}-{1 + i % 28:02d} 10:00:00"
        lines.append(f'R{i:04d},{product},{day},{stars},"{text}"')
    return "\n".join(lines) + "\n"


TRAFFIC = "day,visitors,page_views\n2026-03-01,1,1\n"
PRODUCTS = """\
product_id,title,category
SHIRT,Linen shirt,clothes
MUG,Tea mug,kitchen
"""
