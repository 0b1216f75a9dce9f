"""The trace of a quote: every operation as JSON, enough for a checker that knows nothing of the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from xbec.landed_cost.program import Operand

if TYPE_CHECKING:
    from xbec.landed_cost.quote import Quote
    from xbec.landed_cost.unknown import Param

SCHEMA = "xbec.trace/1"
_MISSING: Final = {"name": "missing", "text": "not known, not needed", "num": None, "den": None}


def trace_of(quote: Quote) -> dict[str, Any]:
    """The trace: lines, figures (exact, with source), nodes with operands and values, groups, totals."""
    plan, regime = quote.plan, quote.regime
    profiles = quote.profiles
    figures: dict[str, Any] = {}

    def operand(x: Operand) -> Any:
        if isinstance(x, int):
            return x
        if x[0] == "c":
            return {"const": x[1]}
        name = f"r{x[1]}" if x[0] == "r" else f"l{x[1]}.{x[2]}"
        if name not in figures:
            found = regime.params[x[1]] if x[0] == "r" else profiles[x[1]].params[x[2]]
            figures[name] = _MISSING if found is None else _figure(found)
        return {"figure": name, "part": "num" if x[-1] == 0 else "den"}

    nodes = []
    for number, op in enumerate(plan.ops):
        name, *arguments = op
        node: dict[str, Any] = {"id": number, "op": name}
        value = quote.values[number]
        if name == "input":
            node |= {"name": op[1], "line": op[2]}
        elif name == "cmp":
            node |= {"compare": op[1], "args": [operand(x) for x in op[2:]]}
        elif name == "div":
            node |= {"rounding": op[3], "args": [operand(x) for x in op[1:3]]}
        elif name == "allocate":
            node |= {"args": [operand(op[1])], "weights": [operand(x) for x in op[2]]}
        elif name == "pick":
            node |= {"args": [op[1]], "position": op[2]}
        else:
            node["args"] = [operand(x) for x in arguments]
        node["value"] = list(value) if isinstance(value, tuple) else value
        nodes.append(node)
    charges = []
    for charge in plan.charges:
        component = charge.component
        charges.append(
            {
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
                        "parts": [{"sign": s, "amount": n, "value": operand(a)} for s, n, a in g.parts],
                        "result": operand(g.result),
                    }
                    for g in charge.groups
                ],
                "lines": [{"line": i, "value": operand(a)} for i, a in charge.amounts.items()],
                "total": sum(quote.minor(a) for a in charge.amounts.values()),
            }
        )
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
                "procedure": plan.procedures[n].id,
            }
            for n, p in enumerate(profiles)
        ],
        "nodes": nodes,
        "figures": figures,
        "charges": charges,
        "by_kind": dict(quote.by_kind_minor),
        "assessed": sum(quote.by_kind_minor.values()),
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
