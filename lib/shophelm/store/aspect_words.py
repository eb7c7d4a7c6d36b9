"""What reviews are about, as words that people read and correct: aspects, and what to do of each.

A Chinese word of two characters or more counts wherever it stands inside a word (包装 in 包装盒);
one of a single character, and an English one, only as a word of its own. `BETWEEN` holds words
that belong to one aspect or another depending on the goods.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Aspect:
    """One thing that buyers judge.

    Attributes
    ----------
    words
        Words that say a clause is about it; none says whether it is praise.
    owner_role
        Who can mend it.
    remedy
        What to look into first where buyers complain of it.
    """

    words: frozenset[str]
    owner_role: str
    remedy: str


def _aspect(words: str, owner_role: str, remedy: str) -> Aspect:
    return Aspect(frozenset(words.split()), owner_role, remedy)


ASPECTS: dict[str, Aspect] = {
    "size & fit": _aspect(
        "尺码 尺寸 码数 大小 码 偏大 偏小 合身 版型 修身 宽松 紧 肥 长短 腰围 肩宽 裤长 袖长 "
        "穿不上 穿不下 个头 size sizes sizing sized fit fits fitted fitting small smaller "
        "large larger tight loose baggy",
        "merchandiser",
        "measure a sample against the size chart and say on the page how it runs",
    ),
    "colour": _aspect(
        "颜色 色差 色号 掉色 褪色 染色 偏色 color colors colour colours coloured faded fades shade",
        "designer",
        "photograph it anew in daylight beside the goods as they are",
    ),
    "material & make": _aspect(
        "面料 布料 料子 材质 质地 质量 品质 做工 线头 起球 开线 开胶 脱胶 掉毛 皮质 工艺 "
        "粗糙 结实 耐用 耐穿 薄 厚 quality fabric material materials cloth stitching "
        "stitches seam seams thread threads made pilling pilled pills sturdy flimsy durable "
        "leather",
        "buyer",
        "inspect the batch on the shelf and take it up with the supplier",
    ),
    "smell": _aspect(
        "气味 异味 刺鼻 胶水味 胶水 香味 香气 清香 臭 好闻 难闻 smell smells smelled smelly "
        "odor odour scent scented stink stinks fragrance",
        "buyer",
        "air and inspect the batch on the shelf and take it up with the supplier",
    ),
    "taste & freshness": _aspect(
        "好吃 难吃 口感 口味 新鲜 甜 酸 咸 辣 腻 苦 酥脆 脆 软糯 水分 多汁 日期 过期 保质期 "
        "受潮 发霉 变质 爱吃 甜度 糖 taste tastes tasted tasty flavor flavour flavors "
        "flavours fresh freshness stale sweet sour salty crunchy crisp juicy delicious yummy "
        "expired mouldy moldy",
        "buyer",
        "taste the batch on the shelf, and say on the page what it tastes like",
    ),
    "condition on arrival": _aspect(
        "坏果 坏掉 磕坏 磕碰 压坏 摔坏 破损 损坏 破了 碎了 漏了 碎 烂 烂了 裂开 完好 无损 "
        "damaged damage broken crushed bruised cracked leaking leaked dented intact",
        "logistics manager",
        "open parcels packed as they are sent, and mend the packing or the route",
    ),
    "effect & reactions": _aspect(
        "功效 过敏 刺痛 泛红 发红 刺激 长痘 爆痘 补水 保湿 吸收 美白 控油 去屑 滋润 起皮 "
        "敏感肌 effect effects effective worked works irritated irritates irritation "
        "irritating rash allergic allergy breakout breakouts moisturizing moisturising "
        "redness burning itchy hydrating",
        "buyer",
        "check the batch and the ingredients, and say on the page for whom it is not",
    ),
    "comfort": _aspect(
        "舒服 舒适 磨脚 硌脚 柔软 透气 闷脚 累脚 保暖 暖和 扎人 comfortable comfy comfort "
        "uncomfortable soft stiff breathable cosy cozy warm blister blisters cushioned",
        "buyer",
        "wear a sample for a day and take it up with the supplier",
    ),
    "price & value": _aspect(
        "价格 价钱 性价比 便宜 贵 划算 实惠 物有所值 超值 不值 降价 分量 份量 price priced "
        "prices expensive cheap value worth overpriced bargain affordable",
        "merchandiser",
        "hold price and quantity against the rivals' and say what is in it",
    ),
    "delivery": _aspect(
        "物流 快递 发货 送货 到货 配送 才到 顺丰 delivery delivered shipping shipped arrived "
        "arrive arrives courier late",
        "logistics manager",
        "look up the days to ship and on the way of these orders",
    ),
    "packaging": _aspect(
        "包装 盒子 箱子 纸箱 礼盒 袋子 冰袋 泡沫 packaging packaged package packed box boxes "
        "wrapped wrapping",
        "logistics manager",
        "open parcels packed as they are sent",
    ),
    "service": _aspect(
        "客服 服务 态度 售后 店家 卖家 掌柜 service seller support staff helpful rude refund",
        "service manager",
        "read these buyers' chats and answer what is open",
    ),
    "looks": _aspect(
        "好看 漂亮 款式 样式 显瘦 显白 百搭 外观 时尚 上身 美观 难看 looks look beautiful "
        "pretty ugly style stylish design cute elegant",
        "designer",
        "show on the page what buyers say it looks like",
    ),
}

BETWEEN: dict[str, tuple[str, ...]] = {
    "味道": ("taste & freshness", "smell"),
    "味": ("taste & freshness", "smell"),
    "味儿": ("taste & freshness", "smell"),
    "香": ("taste & freshness", "smell"),
    "软": ("comfort", "taste & freshness"),
    "硬": ("comfort", "taste & freshness"),
    "效果": ("effect & reactions", "looks"),
}
"""Goes to the aspect whose own words buyers of the category use more; to the first if none does."""

NOT_MEANT = frozenset({"服务器", "服务商", "服务区"})
"""Words that hold one of the above by accident."""

NAMES = tuple(ASPECTS)
NOT_OF_THE_GOODS = frozenset(
    {"price & value", "delivery", "packaging", "condition on arrival", "service"}
)
"""Aspects of how they are sold and sent; all others are of the goods themselves."""
GOODS = "the goods themselves"
WITH_GOODS = (*NAMES, GOODS)
"""All aspects, and those of the goods taken together."""
KNOWN = tuple(
    sorted(
        word
        for word in {w for a in ASPECTS.values() for w in a.words} | set(BETWEEN)
        if len(word) > 1 and not word.isascii()
    )
)
"""The Chinese ones, which are never cut in two."""
