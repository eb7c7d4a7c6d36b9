"""Everything planted in the simulated shop: the generator and the truth read it here.

Campaigns and the plans of the shop's own people stand beside this, in `campaigns` and `plans`;
`planting` says it all in words, with a module for each module here.

Days are written as ISO dates. Multipliers act on intensities: `visits` on the number of visits to
a product, `cart` on the chance that a visit puts it in the cart, `pay` on the chance that a cart
is paid. A multiplier of 1 changes nothing.
"""
