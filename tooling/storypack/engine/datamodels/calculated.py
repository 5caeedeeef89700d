"""What a data model itself computes: the values that it puts in where an event has none.

CIM manual: "Calculated fields" of each model. Written from the bundled facts (`calculated`, `fill`), which name the
fields that a computation reads but not the expressions: those are ours.
"""

from __future__ import annotations

from storypack.reference.cim import Dataset, Field

_PROGRAM = (
    r'replace({source}, "^\\s*(?:\"[^\"]*[\\\\/]([^\"\\\\/]+)\"|(?:[^\\s\"]*[\\\\/])?([^\\s\"\\\\/]+)).*$", "\\1\\2")'
)

_COMPUTED = {
    "vendor_product": (
        'case(isnotnull(vendor_product) AND vendor_product!="", vendor_product, '
        'isnotnull(vendor) AND isnotnull(product), vendor." ".product, '
        'isnotnull(sourcetype), sourcetype, true(), "unknown")'
    ),
    "bytes": "if(isnull(bytes) AND isnotnull(bytes_in) AND isnotnull(bytes_out), bytes_in+bytes_out, bytes)",
    "bytes_in": "if(isnull(bytes_in) AND isnotnull(bytes) AND isnotnull(bytes_out), bytes-bytes_out, bytes_in)",
    "bytes_out": "if(isnull(bytes_out) AND isnotnull(bytes) AND isnotnull(bytes_in), bytes-bytes_in, bytes_out)",
    "packets": "if(isnull(packets) AND isnotnull(packets_in), packets_in+packets_out, packets)",
    "packets_in": "if(isnull(packets_in) AND isnotnull(packets), packets-packets_out, packets_in)",
    "packets_out": "if(isnull(packets_out) AND isnotnull(packets), packets-packets_in, packets_out)",
    "process_name": f"coalesce(process_name, {_PROGRAM.format(source='process')})",
    "parent_process_name": f"coalesce(parent_process_name, {_PROGRAM.format(source='parent_process')})",
    "action": 'coalesce(action, "unknown")',
}


def assignments(dataset: Dataset) -> list[tuple[str, str]]:
    """(field, eval expression) of the fields that the dataset computes; all are evaluated side by side."""
    found = []
    for field in dataset.fields.values():
        expression = _expression(field)
        if expression:
            found.append((field.name, expression))
    return found


def _expression(field: Field) -> str:
    if not field.calculated:
        return ""
    expression = _COMPUTED.get(field.name, "")
    if field.fill is None:
        return expression
    fill = str(field.fill) if isinstance(field.fill, int) else f'"{field.fill}"'
    value = expression or field.name
    return f'if(isnull({value}) OR {value}="", {fill}, {value})'
