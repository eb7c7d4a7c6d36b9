"""From the platforms' exports to a report, as a shop that has just begun does it."""

import pytest

from shophelm.shop.importers import import_auto
from tests.end_to_end.test_report import report
from tests.shop.importers.exports import EXPORTS

CHINESE = ("jd-orders", "jd-items", "alimama", "sycm-items", "sycm-sources", "sycm-keywords",
           "sycm-coupons", "sycm-activity")  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    ("names", "as_of"),
    [
        (CHINESE, "2026-08-11"),
        (("pdd-orders",), "2026-08-20"),
        (("douyin-orders",), "2026-08-20"),
        (("shopify-orders", "shopify-inventory"), "2026-08-20"),
        (("amazon-orders", "amazon-business", "amazon-search-terms"), "2026-08-20"),
        (("woocommerce-orders", "woocommerce-products"), "2026-08-20"),
    ],
    ids=lambda v: v[0] if isinstance(v, tuple) else v,
)
def test_a_day_s_exports_make_a_whole_report(names, as_of, tmp_path, key):
    files = []
    for name in names:
        folder = tmp_path / name
        folder.mkdir()
        files += EXPORTS[name](folder)
    import_auto(files, tmp_path / "shop", key_file=key)
    ran = report(tmp_path / "shop", tmp_path / "out", as_of=as_of)
    assert ran.returncode == 0, ran.stderr
    assert "FAILED" not in ran.stderr
