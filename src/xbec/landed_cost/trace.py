"""The trace of a quote: every operation as JSON, enough for a checker that knows nothing of the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from xbec.landed_cost.program import Op, Operand

if TYPE_CHECKING:
    from xbec.landed_cost.plan import Charge
    from xbec.landed_cost.quote import Quote
    from xbec.landed_cost.unknown import Param

SCHEMA = "xbec.trace/1"
_MISSING: Final = {"name": "missing", "text": "not known, not needed", "num": None, "den": None}


def trace_of(quote: Quote) -> dict[str, Any]:
    """The trace: lines, figures (exact, with source), nodes with operands and values, groups, totals."""
    regime = quote.regime
    writer = _Writer(quote)
    nodes = [writer.node(number, op) for number, op in enumerate(quote.plan.ops)]
    charges = [writer.charge(charge) for charge in quote.plan.charges]
    return {
        "schema": SCHEMA,
        "jurisdiction": regime.law.code,
        "on": regime.on.isoformat(),
        "edition": regime.edition,
        "currency": regime.law.currency,
        "minor_digits": regime.digits,
        "unit": f"10^-{regime.digits} {regime.law.currency}",
        "lines": [
            {
                "hs": p.line.code,
                "origin": p.line.origin,
                "classes": dict(p.classes),
                "tax_rate": None if p.line.tax_rate is None else str(p.line.tax_rate),
                "duty": None if p.known_duty is None else str(p.known_duty),
                "procedure": quote.plan.procedures[n].id,
            }
            for n, p in enumerate(quote.profiles)
        ],
        "nodes": nodes,
        "figures": writer.figures,
        "charges": charges,
        "by_kind": dict(quote.by_kind_minor),
        "assessed": sum(quote.by_kind_minor.values()),
    }


class _Writer:
    """Nodes and charges as JSON; collects the figures they name."""

    def __init__(self, quote: Quote) -> None:
        self.quote = quote
        self.figures: dict[str, Any] = {}

    def operand(self, x: Operand) -> Any:
        if isinstance(x, int):
            return x
        if x[0] == "c":
            return {"const": x[1]}
        name = f"r{x[1]}" if x[0] == "r" else f"l{x[1]}.{x[2]}"
        if name not in self.figures:
            quote = self.quote
            found = quote.regime.params[x[1]] if x[0] == "r" else quote.profiles[x[1]].params[x[2]]
            self.figures[name] = _MISSING if found is None else _figure(found)
        return {"figure": name, "part": "num" if x[-1] == 0 else "den"}

    def node(self, number: int, op: Op) -> dict[str, Any]:
        name, *arguments = op
        node: dict[str, Any] = {"id": number, "op": name}
        if name == "input":
            node |= {"name": op[1], "line": op[2]}
        elif name == "cmp":
            node |= {"compare": op[1], "args": [self.operand(x) for x in op[2:]]}
        elif name == "div":
            node |= {"rounding": op[3], "args": [self.operand(x) for x in op[1:3]]}
        elif name == "allocate":
            node |= {"args": [self.operand(op[1])], "weights": [self.operand(x) for x in op[2]]}
        elif name == "pick":
            node |= {"args": [op[1]], "position": op[2]}
        else:
            node["args"] = [self.operand(x) for x in arguments]
        value = self.quote.values[number]
        node["value"] = list(value) if isinstance(value, tuple) else value
        return node

    def charge(self, charge: Charge) -> dict[str, Any]:
        component = charge.component
        return {
            "id": component.id,
            "label": component.label,
            "kind": component.kind,
            "procedure": charge.procedure.id,
            "collector": charge.collector,
            "per": list(component.per),
            "source": None if component.citation is None else _cited(component.citation),
            "groups": [
                {
                    "lines": list(g.lines),
                    "parts": [{"sign": s, "amount": n, "value": self.operand(a)} for s, n, a in g.parts],
                    "result": self.operand(g.result),
                }
                for g in charge.groups
            ],
            "lines": [{"line": i, "value": self.operand(a)} for i, a in charge.amounts.items()],
            "total": sum(self.quote.minor(a) for a in charge.amounts.values()),
        }


def _cited(citation: Any) -> dict[str, Any]:
    return {
        "title": citation.title,
        "locator": citation.locator,
        "url": citation.url,
        "checked": citation.checked.isoformat(),
    }


def _figure(param: Param) -> dict[str, Any]:
    return {
        "name": param.name,
        "text": param.text,
        "num": param.num,
        "den": param.den,
        "confidence": param.confidence,
        "stated": param.stated,
        "from": None if param.day is None else param.day.isoformat(),
        "source": None if param.citation is None else _cited(param.citation),
    }
