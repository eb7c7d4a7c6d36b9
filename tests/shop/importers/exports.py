"""One small export of each platform, in the file's true shape, with the traps it is known for."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
import xlwt

with Path(__file__).with_name("export_headers.csv").open(encoding="utf-8", newline="") as stream:
    HEADERS = {name: columns for name, *columns in csv.reader(stream)}
"""Header rows of the platforms' own exports."""
NAMES = {
    "buyer": "li_mingzhu_1988",
    "person": "李明珠",
    "phone": "13912345678",
    "address": "浙江省杭州市滨江区江南大道3588号5幢",
    "street": "77 Sycamore Lane",
    "email": "mary.poppins@example.org",
    "note": "call Mary at 5551234567",
}
"""What must never leave an export."""


def records(header: str, *cells: dict[str, object]) -> list[list[str]]:
    """Lay records out under a header; columns not named are blank."""
    names = [h.strip() for h in HEADERS[header]]
    for one in cells:
        assert set(one) <= set(names), set(one) - set(names)
    return [list(HEADERS[header]), *([str(one.get(n, "")) for n in names] for one in cells)]


def csv_file(path: Path, rows: Sequence[Sequence[str]], *, encoding: str = "utf-8",
             delimiter: str = ",", above: str = "") -> Path:  # fmt: skip
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    path.write_bytes((above + stream.getvalue()).encode(encoding))
    return path


def xls_file(path: Path, *sheets: Sequence[Sequence[str]]) -> Path:
    book = xlwt.Workbook()
    for number, rows in enumerate(sheets, start=1):
        sheet = book.add_sheet(f"sheet{number}")
        for r, cells in enumerate(rows):
            for c, cell in enumerate(cells):
                sheet.write(r, c, cell)
    book.save(str(path))
    return path


def xlsx_file(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    book.save(path)
    return path


def sycm_items_2026(folder: Path) -> list[Path]:
    title = [["生意参谋平台 商品_全部"], ["统计周期: 2026-08-11"], ["单位: 元"], [""]]
    one = {"统计日期": "2026-08-11", "商品ID": "612345678901", "商品名称": "连衣裙 新款",
           "商品访客数": "1,391", "商品浏览量": "3,020", "平均停留时长": "35.21",
           "商品详情页跳出率": "77.48%", "商品收藏人数": "20", "商品加购人数": "103",
           "支付买家数": "41", "支付金额": "8,190.50"}  # fmt: skip
    two = one | {"商品ID": "612345678902", "商品名称": "帆布鞋", "商品访客数": "12",
                 "商品浏览量": "15", "支付买家数": "-", "支付金额": "-", "商品加购人数": "-",
                 "商品收藏人数": "-", "平均停留时长": "-", "商品详情页跳出率": "-"}  # fmt: skip
    rows = title + records("sycm_item_rank_all_2026", one, two)
    return [xls_file(folder / "【生意参谋平台】商品_全部_2026-08-11_2026-08-11.xls", rows)]


def sycm_items_2022(folder: Path) -> list[Path]:
    one = {"统计日期": "20220811", "商品id": "612345678901", "商品名称": "连衣裙",
           "商品访客数": "7", "商品浏览量": "9", "支付买家数": "1",
           "支付金额": "99.00"}  # fmt: skip
    rows = [["生意参谋平台"], ["统计周期"], ["说明"], ["-"]]
    rows += records("sycm_item_rank_all_2022", one)
    return [xls_file(folder / "商品_全部_2022-08-11.xls", rows)]


def sycm_sources(folder: Path) -> list[Path]:
    def row(one: str, two: str, three: str, visitors: str, carrier: str = "-") -> dict:
        return {"流量载体": carrier, "一级来源": one, "二级来源": two, "三级来源": three,
                "四级来源": "-", "访客数": visitors, "访客数环比": "—", "加购人数": "10",
                "支付买家数": "5", "支付金额": "1,000.00", "商品收藏人数": "-"}  # fmt: skip

    rows = [
        row("汇总", "汇总", "汇总", "2,000"),
        row("平台流量", "汇总", "汇总", "1,500"),
        row("平台流量", "手淘搜索", "汇总", "900"),
        row("平台流量", "手淘搜索", "手淘搜索-无线", "900"),
        row("平台流量", "手淘推荐", "-", "700"),
        row("广告流量", "汇总", "汇总", "600"),
        row("广告流量", "直通车", "-", "600"),
        row("平台流量", "手淘搜索", "汇总", "850", carrier="淘宝APP"),
    ]
    name = "【生意参谋平台】流量来源构成_2026-08-11_2026-08-11.xls"
    return [xls_file(folder / name, records("sycm_shop_flow_source", *rows))]


def sycm_keywords(folder: Path) -> list[Path]:
    one = {"统计日期": "2026-08-11", "搜索词": "连衣裙 夏", "访客数": "1,204", "支付买家数": "31",
           "支付转化率": "2.57%", "支付金额": "6,014.90", "UV价值": "5.00"}  # fmt: skip
    two = one | {"搜索词": "帆布鞋", "访客数": "3", "支付买家数": "-", "支付金额": "-"}
    name = "【生意参谋】选词助手-引流搜索词-店外-无线-20260811.xls"
    rows = [["选词助手"], ["2026-08-11"], *records("sycm_drainage_keyword", one, two)]
    return [xls_file(folder / name, rows)]


def sycm_activity(folder: Path) -> list[Path]:
    item = {"商品id": "612345678901", "商品标题": "连衣裙", "是否活动商品": "是", "支付金额": "900",
            "访客数": "300", "加购人数": "30", "收藏人数": "3", "支付买家数": "9",
            "活动id": "77", "统计日期": "2026-06-18"}  # fmt: skip
    total = {"支付金额": "12,000.00", "支付买家数": "120", "访客数": "4,000", "客单价": "100.00",
             "支付转化率": "3.00%", "活动商品支付金额": "9,000.00", "统计日期": "2026-06-18",
             "活动id": "77"}  # fmt: skip
    return [
        xls_file(folder / "活动商品.xls", records("sycm_activity_item", item)),
        xls_file(folder / "活动总览.xls", records("sycm_activity_kpi", total)),
    ]


def sycm_coupons(folder: Path) -> list[Path]:
    day = {"领取张数": "1,200", "使用张数": "84", "支付金额": "9,030.00", "支付买家数": "80",
           "支付件数": "101", "客单价": "112.88", "统计日期": "2026-08-11"}  # fmt: skip
    return [xls_file(folder / "店铺券.xls", records("sycm_shop_coupon", day))]


def alimama(folder: Path) -> list[Path]:
    plan = {"日期": "2026-08-11", "计划id": "5501", "计划名称": "夏季", "展现量": "10,000",
            "点击量": "321", "花费": "456.78", "点击率": "3.21%", "投入产出比": "2.1"}  # fmt: skip
    other = plan | {"计划id": "5502", "花费": "10.00", "展现量": "5", "点击量": "-"}
    account = {"日期": "2026-08-11", "优化目标": "促进购买", "消耗": "100.10", "曝光量": "2,000",
               "点击量": "20", "roi": "3"}  # fmt: skip
    again = account | {"优化目标": "促进加购", "消耗": "50.00", "曝光量": "1,000", "点击量": "7"}
    return [
        csv_file(folder / "直通车.csv", records("alimama_ztc_campaign", plan, other),
                 encoding="gbk"),
        csv_file(folder / "万相台.csv", records("alimama_wanxiangtai_account", account, again),
                 encoding="gbk"),
    ]  # fmt: skip


def jd_orders(folder: Path) -> list[Path]:
    order = {"订单号": "26800012345", "商品ID": "1001", "商品名称": "电饭煲", "订购数量": "1",
             "下单时间": "2026-08-11 10:00:00", "京东价": "200.00", "订单金额": "260.00",
             "结算金额": "246.00", "应付金额": "246.00", "订单状态": "完成",
             "下单帐号": NAMES["buyer"], "客户姓名": NAMES["person"],
             "客户地址": NAMES["address"], "联系电话": NAMES["phone"], "订单备注": NAMES["note"],
             "运费金额": "6.00", "付款确认时间": "2026-08-11 10:01:00",
             "订单完成时间": "2026-08-15 09:00:00"}  # fmt: skip
    rows = records(
        "jd_seller_order_export",
        order,
        order | {"商品ID": "1002", "商品名称": "砂锅", "订购数量": "2", "京东价": "30.00"},
        order | {"订单号": "26800012346", "订单状态": "(删除)等待付款", "付款确认时间": "",
                 "订单完成时间": "", "结算金额": "206.00", "应付金额": "206.00"},
    )  # fmt: skip
    return [csv_file(folder / "jd.csv", rows, encoding="gbk")]


def jd_items(folder: Path) -> list[Path]:
    one = {"时间": "2026-08-11", "SKU": "1001", "SKU名称": "电饭煲", "一级类目": "厨房",
           "成交金额": "2,460.00", "成交单量": "10", "成交客户数": "9", "商品浏览量": "1,200",
           "商品访客数": "800", "加购客户数": "44", "商详平均停留时长": "12.5"}  # fmt: skip
    return [xlsx_file(folder / "jd.xlsx", records("jdsz_sku_detail_non_realtime", one))]


def pdd_orders(folder: Path) -> list[Path]:
    order = {"商品": "抽纸", "订单号": "260811-123456789012345", "订单状态": "已收货",
             "商品总价(元)": "39.90", "邮费(元)": "0.00", "店铺优惠折扣(元)": "5.00",
             "用户实付金额(元)": "34.90", "商品数量(件)": "3", "商品id": "880012345",
             "商家编码-规格维度": "PAPER-3", "商家备注": NAMES["note"], "快递单号": NAMES["phone"],
             "订单成交时间": "2026-08-11 08:00:00",
             "确认收货时间": "2026-08-14 08:00:00"}  # fmt: skip
    back = order | {"订单号": "260811-123456789012346", "售后状态": "退款成功"}
    return [csv_file(folder / "pdd.csv", records("pdd_order_export_partial", order, back))]


JOINED = {"主订单编号": "\t6917926768823644999", "选购商品": "口红;眉笔", "商品数量": "1;2",
          "商家编码": "LIP-1;BROW-1"}  # fmt: skip
"""What a Douyin record says of two products."""


def douyin_orders(folder: Path) -> list[Path]:
    def cipher(text: str) -> str:
        return f"##{text[::-1]}=="

    line = {"主订单编号": "\t6917926768823643751", "子订单编号": "\t6917926768823643752",
            "选购商品": "口红", "商品数量": "1", "商家编码": "LIP-1", "订单应付金额": "89.00",
            "运费": "0.00", "收件人": cipher(NAMES["person"]), "收件人手机号": "$$abc",
            "详细地址": cipher(NAMES["address"]), "订单提交时间": "2026-08-11 20:00:00",
            "商家备注": NAMES["note"], "订单状态": "已完成", "售后状态": "-", "取消原因": "-",
            "订单完成时间": "2026-08-20 20:00:00"}  # fmt: skip
    rows = records(
        "douyin_order_export_partial",
        line,
        line | {"子订单编号": "\t6917926768823643753", "选购商品": "眉笔", "商家编码": "BROW-1",
                "订单应付金额": "31.00", "商品数量": "2", "售后状态": "退款成功"},
        line | {"主订单编号": "\t6917926768823643999", "子订单编号": "\t6917926768823644000",
                "订单状态": "已关闭", "取消原因": "超时未支付", "订单完成时间": "-"},
        line | JOINED | {"订单应付金额": "100.00"},
        line | JOINED | {"主订单编号": "\t6917926768823645000", "订单应付金额": "60;40.00",
                         "售后状态": "-;退款成功"},
        line | JOINED | {"主订单编号": "\t6917926768823645001", "商家编码": "LIP-1;BROW-1;SET-1"},
    )  # fmt: skip
    return [csv_file(folder / "douyin.csv", rows, encoding="utf-8-sig")]


def shopify_orders(folder: Path) -> list[Path]:
    order = {"Name": "#1001", "Email": NAMES["email"], "Financial Status": "partially_refunded",
             "Paid at": "2026-05-01 10:00:00 +0200", "Currency": "EUR", "Subtotal": "90.00",
             "Shipping": "5.00", "Taxes": "15.83", "Total": "95.00", "Discount Amount": "10.00",
             "Created at": "2026-05-01 09:59:00 +0200", "Lineitem quantity": "2",
             "Lineitem name": "Tee - Blue", "Lineitem price": "30.00", "Lineitem sku": "TEE-B",
             "Billing Name": "Mary Poppins", "Shipping Street": NAMES["street"],
             "Shipping Zip": "'75008", "Shipping Country": "FR", "Phone": "'+33612345678",
             "Notes": NAMES["note"], "Refunded Amount": "20.00", "Source": "web"}  # fmt: skip
    more = {"Name": "#1001", "Email": NAMES["email"], "Lineitem quantity": "1",
            "Lineitem name": "Mug", "Lineitem price": "40.00", "Lineitem sku": ""}  # fmt: skip
    taxed = order | {"Name": "#1002", "Financial Status": "paid", "Subtotal": "30.00",
                     "Shipping": "5.00", "Taxes": "3.50", "Total": "38.50", "Discount Amount": "0",
                     "Lineitem quantity": "1", "Refunded Amount": "0.00"}  # fmt: skip
    gone = order | {"Name": "#1003", "Financial Status": "voided", "Paid at": "",
                    "Cancelled at": "2026-05-02 08:00:00 +0200", "Refunded Amount": ""}  # fmt: skip
    rows = records("shopify_orders_export", order, more, taxed, gone)
    return [csv_file(folder / "orders_export_1.csv", rows)]


def shopify_inventory(folder: Path) -> list[Path]:
    one = {"Handle": "tee", "Title": "Tee", "SKU": "TEE-B", "Location": "Lyon", "Incoming": "5",
           "Committed": "2", "Available": "10", "On hand": "12"}  # fmt: skip
    other = one | {"SKU": "MUG", "On hand": "3"}
    rows = records("shopify_inventory_export_2023", one, other)
    new = records("shopify_inventory_export_new",
                  {"Handle": "cap", "Title": "Cap", "SKU": "CAP", "Location": "Lyon",
                   "Available": "1", "On hand (current)": "1"})  # fmt: skip
    return [
        csv_file(folder / "inventory_2026-08-11.csv", rows),
        csv_file(folder / "inventory_2026-08-12.csv", new),
    ]


def woocommerce_orders(folder: Path) -> list[Path]:
    order = {"Date": "2026-08-11 10:00:00", "Order #": "501", "N. Revenue (formatted)": "$1,020.00",
             "Status": "completed", "Customer": "Mary Poppins", "Customer type": "new",
             "Product(s)": "2× Tee, 1× Mug", "Items sold": "3", "Net Sales": "1020.00",
             "Attribution": "Organic: Google"}  # fmt: skip
    waits = order | {"Order #": "502", "Status": "pending", "Net Sales": "5.00"}
    return [csv_file(folder / "woo.csv", records("woocommerce_analytics_orders", order, waits))]


def woocommerce_products(folder: Path) -> list[Path]:
    one = {"ID": "44", "Type": "simple", "SKU": "woo-vneck-tee", "Name": "V-Neck T-Shirt",
           "Regular price": "20", "Categories": "Clothing > Tshirts"}  # fmt: skip
    return [csv_file(folder / "products.csv", records("woocommerce_products_core", one))]


def amazon_orders(folder: Path) -> list[Path]:
    line = {"amazon-order-id": "114-3941689-8772232", "purchase-date": "2026-08-11T18:59:30+00:00",
            "order-status": "Shipped", "sales-channel": "Amazon.com", "product-name": "Kettle",
            "sku": "KET-1", "asin": "B0AAAAAAA1", "quantity": "2", "currency": "USD",
            "item-price": "59.98", "item-tax": "4.80", "shipping-price": "3.99",
            "item-promotion-discount": "6.00", "ship-city": "Springfield", "ship-state": "OR",
            "ship-postal-code": "97477-1234", "ship-country": "US"}  # fmt: skip
    rows = records(
        "amazon_all_orders_flat_file",
        line,
        line | {"sku": "CUP-1", "asin": "B0AAAAAAA2", "product-name": "Cup", "quantity": "1",
                "item-price": "10.00", "shipping-price": "", "item-promotion-discount": ""},
        line | {"amazon-order-id": "114-0000000-0000001", "order-status": "Cancelled",
                "item-price": "", "quantity": "0", "shipping-price": ""},
    )  # fmt: skip
    return [csv_file(folder / "orders.txt", rows, delimiter="\t")]


def amazon_business(folder: Path) -> list[Path]:
    one = {"(Parent) ASIN": "B0AAAAAAA0", "(Child) ASIN": "B0AAAAAAA1", "Title": "Kettle",
           "SKU": "KET-1", "Sessions - Total": "1,234", "Page Views - Total": "2,000",
           "Page Views Percentage - Total": "4.00%", "Units Ordered": "25",
           "Ordered Product Sales": "$1,299.50", "Total Order Items": "24"}  # fmt: skip
    header, *rows = records("amazon_business_report_by_child_asin", one)
    # the report's case changes between versions
    header = [h.replace("(Buy Box) Percentage", "(Buy Box) percentage") for h in header]
    name = folder / "BusinessReport-2026-08-11.csv"
    return [csv_file(name, [header, *rows], encoding="utf-8-sig")]


def amazon_search_terms(folder: Path) -> list[Path]:
    term = {"Start Date": "Aug 11, 2026", "End Date": "Aug 11, 2026", "Currency": "USD",
            "Campaign Name": "Kettles", "Customer Search Term": "electric kettle",
            "Impressions": "1,000", "Clicks": "20", "Spend": "$15.50",
            "7 Day Total Sales": "$120.00"}  # fmt: skip
    rows = records(
        "amazon_sp_search_term_report",
        term,
        term | {"Campaign Name": "All", "Impressions": "500", "Clicks": "5", "Spend": "4.50"},
        term | {"Customer Search Term": "kettle", "End Date": "Aug 17, 2026"},
    )  # fmt: skip
    query = {"Reporting Date": "2026-08-11", "Search Query": "red kettle",
             "Search Query Volume": "9,000", "Impressions: Brand Count": "700",
             "Clicks: Brand Count": "12"}  # fmt: skip
    return [
        xlsx_file(folder / "terms.xlsx", rows),
        csv_file(folder / "queries.csv",
                 records("amazon_search_query_performance_partial", query),
                 above='"Brand=[""Kettle""]","Reporting Range=[""Daily""]"\r\n'),
    ]  # fmt: skip


def google_ads(folder: Path) -> list[Path]:
    term = {"Search term": "trail shoes", "Match type": "Broad", "Campaign": "Shoes",
            "Ad group": "Trail", "Impr.": "1,200", "Clicks": "34", "Currency code": "EUR",
            "Cost": "12.30"}  # fmt: skip
    rows = records(
        "google_ads_search_terms",
        term,
        term | {"Ad group": "Run", "Impr.": "300", "Clicks": "6", "Cost": "1.70"},
        {"Search term": "Total: Search terms", "Impr.": "1,500", "Clicks": "40", "Cost": "14.00"},
        {"Search term": "Total: Account", "Impr.": "9,500", "Clicks": "90", "Cost": "44.00"},
    )
    above = 'Search terms report\r\n"August 11, 2026 - August 11, 2026"\r\n'
    return [csv_file(folder / "Search terms report.csv", rows, above=above)]


def google_search_console(folder: Path) -> list[Path]:
    query = {"Top queries": "canvas shoes", "Clicks": "12", "Impressions": "340", "CTR": "3.53%",
             "Position": "8.4"}  # fmt: skip
    parts = {
        "Queries.csv": records("google_search_console_queries", query),
        "Pages.csv": records("google_search_console_pages",
                             {"Top pages": "https://example.org/", "Clicks": "12"}),
        "Chart.csv": records("google_search_console_chart",
                             {"Date": "2026-08-11", "Clicks": "12", "Impressions": "340"}),
    }  # fmt: skip
    path = folder / "example.org-Performance-on-Search-2026-08-11.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, rows in parts.items():
            stream = io.StringIO()
            csv.writer(stream).writerows(rows)
            archive.writestr(name, stream.getvalue())
    return [path]


def meta_ads(folder: Path) -> list[Path]:
    day = {"Reporting starts": "2026-08-11", "Reporting ends": "2026-08-11",
           "Campaign name": "Summer", "Amount spent (EGP)": "1,500.25", "Impressions": "80,000",
           "Link clicks": "900", "Clicks (all)": "1,100"}  # fmt: skip
    total = day | {"Campaign name": "", "Amount spent (EGP)": "1,500.25"}
    week = day | {"Campaign name": "Winter", "Reporting ends": "2026-08-17"}
    rows = records("meta_ads_manager_campaigns", total, day, week)
    return [csv_file(folder / "meta.csv", rows, encoding="utf-8-sig")]


EXPORTS: dict[str, Callable[[Path], list[Path]]] = {
    "sycm-items": sycm_items_2026,
    "sycm-sources": sycm_sources,
    "sycm-keywords": sycm_keywords,
    "sycm-activity": sycm_activity,
    "sycm-coupons": sycm_coupons,
    "alimama": alimama,
    "jd-orders": jd_orders,
    "jd-items": jd_items,
    "pdd-orders": pdd_orders,
    "douyin-orders": douyin_orders,
    "shopify-orders": shopify_orders,
    "shopify-inventory": shopify_inventory,
    "woocommerce-orders": woocommerce_orders,
    "woocommerce-products": woocommerce_products,
    "amazon-orders": amazon_orders,
    "amazon-business": amazon_business,
    "amazon-search-terms": amazon_search_terms,
    "google-ads": google_ads,
    "google-search-console": google_search_console,
    "meta-ads": meta_ads,
}
