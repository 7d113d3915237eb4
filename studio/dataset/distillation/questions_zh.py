"""A Chinese heading as a question."""

from __future__ import annotations

import re

from studio.dataset.distillation.words import word_set

_CHINESE = re.compile(r"[\u3400-\u9fff]")
_ASKS = re.compile(
    r"如何|怎么|怎样|怎麼|什么|什麼|为什么|为何|多久|多少|多长|哪里|哪些|哪个|哪种|何时|几天|能否|是否|可否|吗$|可不可以|能不能|要不要"
)
_TROUBLE = re.compile(
    r"无法|不能|不了|失败|没有|没反应|不动|不亮|不出|未|错误|异常|故障|报错|卡住|堵塞|丢失|忘记|过期|损坏|缺少|掉线|断开"
)
_STEPS = re.compile(r"(?:的)?(?:步骤|方法|流程|指南|教程|操作|说明)$")
_LONG = re.compile(r"(?:期|期限|时间|时长|周期)$")
_NOUNS = re.compile(r"(?:政策|规则|条款|费用?|标准|范围|条件|说明|须知|信息|记录|时间|期限?|要求|服务|方式|渠道|地址|电话|清单)$")
_VERBS = word_set(
    "绑定 设置 安装 更换 重置 取消 退货 退换 退款 申请 修改 更改 连接 添加 删除 注册 登录 升级 更新 下载 开启 关闭 打开 启动 查询 查看 使用 清洁 清洗 清理 充值 "
    "支付 激活 恢复 备份 导出 导入 打印 扫描 配置 创建 提交 联系 领取 开具 开票 预约 预订 挂失 解锁 解绑 拆卸 组装 校准 检查 充电 保养 维修 报修 投诉 购买 订阅 续费"
)
_GENERIC = word_set(
    "概述 简介 说明 步骤 操作步骤 注意事项 要求 条件 备注 适用范围 范围 介绍 前提条件 准备工作 常见问题 其他 总则"
)


def is_chinese(text: str) -> bool:
    """Whether a text is to be treated as Chinese."""
    return bool(_CHINESE.search(text))


def is_question(text: str) -> bool:
    """Whether it asks something by its own form."""
    return (
        text.endswith(("？", "?"))
        or bool(re.match(r"(?:如何|怎么|怎样|为什么|什么是)", text))
        or text.endswith(("吗", "怎么办", "是什么", "多久", "多少"))
    )


def is_generic(heading: str) -> bool:
    """Whether it says nothing without the heading above it."""
    return heading.strip() in _GENERIC


def question_of(heading: str, *, has_steps: bool, trouble: bool) -> tuple[str, bool]:
    """The question, and whether it is about a topic, which may need the heading above it."""
    bare = heading.rstrip("。：:？? ")
    if heading.rstrip().endswith(("？", "?")) or _ASKS.search(bare):
        return f"{bare}？", False
    if trouble or _TROUBLE.search(bare):
        return symptom_question(bare), False
    deed = _STEPS.sub("", bare)
    if deed.startswith(tuple(_VERBS)) and (has_steps or (len(deed) > 2 and not _NOUNS.search(deed))):
        return f"如何{deed}？", False
    if has_steps and deed:
        return f"{deed}怎么操作？", is_generic(bare)
    return (f"{bare}是多久？" if _LONG.search(bare) else f"{bare}是什么？"), True


def symptom_question(symptom: str) -> str:
    """What a customer with that symptom asks."""
    bare = symptom.rstrip("。：:？? ")
    return f"{bare}？" if _ASKS.search(bare) else f"{bare}怎么办？"
