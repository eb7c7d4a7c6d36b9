"""Small exports in the true shape of the platforms' files, with the traps they are known for."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import duckdb
import openpyxl

SHARED = Path(__file__).parents[4] / "shared" / "data"
KEY = "a key of this test, long enough"

TMALL = "订单编号,总金额,买家实际支付金额,收货地址 ,订单创建时间,订单付款时间 ,退款金额"
LIST_2017 = (
    "订单编号,买家会员名,买家支付宝账号,买家应付货款,买家应付邮费,买家支付积分,总金额,"
    "返点积分,买家实际支付金额,"
    "买家实际支付积分,订单状态,买家留言,收货人姓名,收货地址 ,"
    "运送方式,联系电话 ,联系手机,订单创建时间,订单付款时间 ,"
    "宝贝标题 ,宝贝种类 ,物流单号 ,物流公司,订单备注,宝贝总数量,"
    "店铺Id,店铺名称,订单关闭原因,卖家服务费,买家服务费,"
    "发票抬头,是否手机订单,分阶段订单信息,特权订金订单id,是否上传合同照片,"
    "是否上传小票,是否代付,定金排名,修改后的sku,"
    "修改后的收货地址,异常信息,天猫卡券抵扣,集分宝抵扣,"
    "是否是O2O交易,新零售交易类型,新零售导购门店名称,新零售导购门店id,"
    "新零售发货门店名称,新零售发货门店id,退款金额,"
    "预约门店,确认收货时间,打款商家金额,含应开票给个人的个人红包"
)
LIST_2019 = LIST_2017.replace("买家支付宝账号,", "买家支付宝账号,支付单号,支付详情,") + (
    ",是否信用购,体验期结束时间,前N有礼,配送类型,主订单编号"
)
LIST_2022 = (
    LIST_2019.replace("买家支付宝账号", "买家会员昵称")
    .replace("联系手机,", "联系手机,虚拟号过期时间,")
    .replace(" ,", ",")
    .replace(",主订单编号", ",直播返现状态,返现金额,预售订单,发货时间,商家备忘,主订单编号")
)
DETAILS = "订单编号,标题,价格,购买数量,外部系统编号,商品属性,套餐信息,备注,订单状态,商家编码"
SUBORDERS = (
    "子订单编号,主订单编号,标题,价格,购买数量,外部系统编号,"
    "商品属性,套餐信息,备注,订单状态,商家编码,支付单号,"
    "买家应付货款,买家实际支付金额,退款状态,退款金额,订单创建时间,订单付款时间"
)
PERSONAL = {
    "买家会员名": "wang_xiaoming88",
    "买家会员昵称": "wang_xiaoming88",
    "买家支付宝账号": "wangxm@alipay-mail.cn",
    "支付单号": "2017111122001498765",
    "支付详情": "花呗wangxm",
    "买家留言": "请放门口谢谢王先生",
    "收货人姓名": "王小明",
    "收货地址": "浙江省 杭州市 西湖区 文三路478号华星时代广场",
    "联系电话": "'0571-88157790",
    "联系手机": "'13857112233",
    "物流单号": "No:75312345678901",
    "订单备注": "老客户王先生送小样",
    "商家备忘": "王先生电话确认过",
    "发票抬头": "杭州小明科技有限公司",
}


def record(header: str, **cells: str) -> list[str]:
    """Give one record under a header; columns not named are filled as the platforms fill them."""
    return [cells.get(c.strip(), "") for c in header.split(",")]


def order(header: str = LIST_2017, **cells: str) -> list[str]:
    """Give one paid order with every personal column filled."""
    usual = PERSONAL | {
        "订单编号": "112233445566778899",
        "买家应付货款": "100.00",
        "买家应付邮费": "8.00",
        "总金额": "108.00",
        "买家实际支付金额": "108.00",
        "订单状态": "买家已付款，等待卖家发货",
        "订单创建时间": "2017-11-11 00:01:02",
        "订单付款时间": "2017-11-11 00:01:30",
        "宝贝总数量": "2",
        "卖家服务费": "0",
        "买家服务费": "0元",
        "是否手机订单": "手机订单",
        "退款金额": "0.00",
        "特权订金订单id": "null",
        "确认收货时间": "NULL",
    }
    return record(header, **(usual | cells))


def text(header: str, *records: Sequence[str], end: str = "\r\n") -> str:
    """Write records under a header as the platforms write CSV."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator=end)
    writer.writerow(header.split(","))
    writer.writerows(records)
    return stream.getvalue()


def save(path: Path, content: str, *, encoding: str = "utf-8") -> Path:
    path.write_bytes(content.encode(encoding))
    return path


def save_xlsx(path: Path, header: str, *records: Sequence[object]) -> Path:
    book = openpyxl.Workbook()
    book.active.append(header.split(","))
    for row in records:
        book.active.append(list(row))
    book.save(path)
    return path


def rows(folder: Path, table: str, *columns: str) -> list[tuple]:
    """Read a table back, sorted, with amounts and times as text."""
    shown = ", ".join(f'CAST("{c}" AS VARCHAR)' for c in columns)
    with duckdb.connect() as con:
        return con.sql(f"SELECT {shown} FROM '{folder / table}.parquet' ORDER BY ALL").fetchall()


def number(folder: Path, table: str, expression: str) -> str:
    with duckdb.connect() as con:
        return str(con.sql(f"SELECT {expression} FROM '{folder / table}.parquet'").fetchone()[0])


def rejected(folder: Path, table: str) -> list[dict[str, str]]:
    (path,) = folder.glob(f"rejected/*/{table}.csv")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def everything_in(folder: Path) -> str:
    """Read every output back as text: file names, text files, every cell of every table."""
    seen = []
    with duckdb.connect() as con:
        for path in sorted(folder.rglob("*")):
            seen.append(path.name)
            if path.suffix == ".parquet":
                seen.append(str(con.sql(f"SELECT * FROM '{path}'").fetchall()))
            elif path.is_file():
                seen.append(path.read_text(encoding="utf-8"))
    return "\n".join(seen)
