"""The ways to clear a stock, and the kinds under which the ledger keeps them."""

MARKDOWN, BUNDLE, MEMBER_PRICE, LUCKY_BAG, RETURN = (
    "markdown",
    "bundle",
    "members' price",
    "lucky bag",
    "return to the supplier",
)
KINDS = {
    MARKDOWN: "clear by markdown",
    BUNDLE: "clear by bundle",
    MEMBER_PRICE: "clear by members' price",
    LUCKY_BAG: "clear by lucky bag",
    RETURN: "clear by return",
}
