"""The Chinese words of the simulated shop: titles, brands, provinces, review phrases."""

from __future__ import annotations

PROVINCES = (
    "广东", "浙江", "江苏", "山东", "上海", "四川", "河南", "北京", "湖北", "湖南", "福建", "安徽",
    "河北", "辽宁", "重庆", "陕西", "江西", "广西", "云南", "天津", "山西", "黑龙江", "吉林",
    "贵州",
    "内蒙古", "新疆", "甘肃", "海南", "宁夏", "青海", "西藏",
)  # fmt: skip
PROVINCE_WEIGHTS = tuple(1 / (n + 3) for n in range(len(PROVINCES)))
DEVICES = ("ios", "android", "pc", "mini_program")
DEVICE_WEIGHTS = (0.34, 0.45, 0.07, 0.14)

BRANDS = {
    "apparel": ("素禾", "南屿", "棠映"),
    "shoes": ("驰野", "步云集"),
    "skincare": ("泊妍", "青植记"),
    "snacks": ("粒粒香", "山野食社"),
    "fruit": ("果子渡", "云岭鲜"),
}
NOUNS = {
    "apparel": ("羊毛开衫", "连衣裙", "直筒牛仔裤", "羽绒服", "衬衫", "半身裙", "卫衣",
    "西装外套", "针织衫", "围巾", "打底裤", "风衣"),
    "shoes": ("小白鞋", "运动跑鞋", "马丁靴", "乐福鞋", "老爹鞋", "凉鞋", "雪地靴", "帆布鞋"),
    "skincare": ("保湿面霜", "精华液", "氨基酸洁面", "防晒霜", "面膜", "眼霜", "爽肤水", "身体乳"),
    "snacks": ("每日坚果", "牛肉干", "芒果干", "辣条", "蛋黄酥", "海苔脆", "夹心饼干", "山楂条",
    "肉松小贝", "冻干草莓"),
    "fruit": ("阳光玫瑰葡萄", "车厘子", "蓝莓", "丹东草莓", "耙耙柑", "水蜜桃", "麒麟西瓜",
    "红心猕猴桃"),
}  # fmt: skip
TRAITS = {
    "apparel": ("显瘦高腰", "加绒加厚", "法式复古", "宽松慵懒风", "通勤百搭", "重磅纯棉"),
    "shoes": ("软底轻便", "增高厚底", "透气防滑", "真皮手工", "情侣款"),
    "skincare": ("补水修护", "敏感肌可用", "提亮紧致", "温和不刺激", "清爽控油"),
    "snacks": ("独立小包装", "办公室休闲", "儿童可食", "低糖", "整箱礼盒"),
    "fruit": ("现摘现发", "顺丰冷链", "大果精选", "礼盒装", "产地直发"),
}
SEASONS = {
    "apparel": ("spring", "summer", "autumn", "winter", "all_year"),
    "shoes": ("spring", "summer", "autumn", "winter", "all_year"),
    "skincare": ("all_year",),
    "snacks": ("all_year",),
    "fruit": ("spring", "summer", "autumn", "winter"),
}
RIVAL_SHOPS = ("衣品旗舰店", "行履专营店", "花漾美妆店", "零食很忙铺", "鲜果时光")

ENTRY_PAGES = {
    "search": "search_results",
    "recommend": "guess_you_like",
    "ads": "ad_landing",
    "live": "live_room",
    "content": "note",
    "direct": "shop_home",
}

GOOD = {
    "apparel": ("面料很舒服", "版型显瘦", "做工细致没有线头", "颜色正没有色差", "尺码标准",
    "上身效果好看"),
    "shoes": ("鞋底很软", "走路不累脚", "做工扎实", "尺码准", "百搭好看", "透气不闷脚"),
    "skincare": ("补水效果明显", "质地清爽不油腻", "敏感肌用着也不刺激", "味道清淡好闻",
    "用完皮肤滑滑的", "吸收很快"),
    "snacks": ("味道很好", "独立包装方便", "分量足", "口感酥脆", "孩子很爱吃", "日期新鲜"),
    "fruit": ("很甜水分足", "个头大", "包装严实", "冰袋还没化很新鲜", "没有坏果", "口感脆甜"),
}  # fmt: skip
SERVICE_GOOD = ("物流很快", "客服态度好", "包装用心", "性价比高", "会回购", "和描述一致")
COMPLAINT_PHRASES = {
    "runs_small": ("尺码偏小", "比平时小一码", "码数偏小穿不上", "尺码不准偏小要退换"),
    "colour_differs": ("色差很大", "颜色和图片不一样", "实物颜色偏暗有色差"),
    "pilling": ("洗一次就起球", "面料起球"),
    "glue_and_smell": ("开胶了", "穿两天鞋底开胶", "胶水味道很重", "刺鼻的气味散不掉"),
    "hard_sole": ("鞋底太硬", "磨脚"),
    "irritates": ("用了过敏发红", "脸上刺痛", "敏感肌慎用会泛红"),
    "no_effect": ("没什么效果", "和没用一样"),
    "too_sweet": ("太甜了", "甜得发腻", "糖放太多吃着腻"),
    "stale": ("不太新鲜", "口感发软受潮了"),
    "arrives_bruised": ("好几个磕坏了", "到手有坏果", "运输压坏了一半", "烂了几颗"),
    "not_sweet": ("不甜", "味道很淡"),
    "slow_delivery": ("物流太慢", "等了一个星期才到"),
    "poor_service": ("客服不理人", "售后推来推去"),
}
CATEGORY_COMPLAINTS = {
    "apparel": ("runs_small", "colour_differs", "pilling", "slow_delivery"),
    "shoes": ("hard_sole", "glue_and_smell", "slow_delivery", "poor_service"),
    "skincare": ("irritates", "no_effect", "slow_delivery"),
    "snacks": ("too_sweet", "stale", "slow_delivery"),
    "fruit": ("arrives_bruised", "not_sweet", "slow_delivery"),
}
REFUND_REASONS = {
    "apparel": ("尺码不合适", "不喜欢", "颜色与描述不符", "七天无理由"),
    "shoes": ("尺码不合适", "不喜欢", "质量问题", "七天无理由"),
    "skincare": ("过敏", "不喜欢", "七天无理由"),
    "snacks": ("口味不合", "破损"),
    "fruit": ("坏果包赔", "不新鲜", "运输破损"),
}
CANCEL_REASON = "拍错了不想要"
