"""YAML to nodes, each with its line: plain mappings, lists and text, and nothing else.

Every value is read as text (``no``, ``1e3`` and ``2020-06-11`` stay what was typed); tags,
anchors and aliases are refused.
"""

from __future__ import annotations

import yaml

from dialogue.course.faults import Fault
from dialogue.questions.reading import Node as Node

# Budgets beside the bytes: values in a file (the longest bank has 900), entries of one list
# or fields of one mapping within a question, letters of one text.
MOST_VALUES, MOST_ENTRIES, MOST_TEXT = 400_000, 200, 20_000


class Refused(Exception):
    """What a bank may not hold, although it is YAML."""

    def __init__(self, line: int, message: str, remedy: str) -> None:
        super().__init__(message)
        self.line, self.message, self.remedy = line, message, remedy


_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
# Deeper than any bank needs; it keeps a hostile file from exhausting the stack.
_DEEPEST = 20


def compose(text: str) -> Node | None:
    """Build nodes from YAML events; None for a file without content."""
    events = yaml.parse(text, Loader=_LOADER)
    documents: list[Node] = []
    # Each open collection: its node, and for a mapping the key that waits for its value.
    stack: list[tuple[Node, list[Node]]] = []
    values = 0

    def put(node: Node) -> None:
        if not stack:
            documents.append(node)
            return
        parent, waiting = stack[-1]
        inside = parent.value
        if len(stack) > 2 and len(inside) > MOST_ENTRIES:
            message = f"more than {MOST_ENTRIES} entries are in the list or mapping here"
            raise Refused(parent.line, message, "make several questions of it")
        if isinstance(inside, list):
            inside.append(node)
        elif not waiting:
            if not isinstance(node.value, str):
                raise Refused(node.line, "a key is not plain text", "write 'name: value'")
            waiting.append(node)
        elif isinstance(inside, dict):
            key = waiting.pop()
            name = str(key.value)
            if name in inside:
                parent.twice.append((name, key.line))
            else:
                inside[name] = node
                parent.keys[name] = key.line

    for event in events:
        mark = event.start_mark
        line = mark.line + 1 if mark else 1
        if isinstance(event, yaml.AliasEvent):
            raise Refused(line, f"the alias *{event.anchor} is not allowed", "write it out")
        if isinstance(event, yaml.DocumentStartEvent) and documents:
            raise Refused(line, "a second YAML document starts here", "remove the --- line")
        if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent):
            if event.anchor:
                raise Refused(
                    line, f"the anchor &{event.anchor} is not allowed", "write the text out"
                )
            if event.tag:
                raise Refused(
                    line,
                    f"the tag {event.tag} is not allowed",
                    "remove it, or put text that starts with ! inside double quotes",
                )
        if isinstance(event, yaml.ScalarEvent):
            values += 1
            if values > MOST_VALUES:
                message = f"the file holds more than {MOST_VALUES} values"
                raise Refused(line, message, "make several banks of it")
            if len(event.value) > MOST_TEXT:
                message = f"a text is longer than {MOST_TEXT} letters"
                raise Refused(line, message, "shorten it, or look for a quotation mark not closed")
            put(Node(event.value, line))
        elif isinstance(event, yaml.CollectionStartEvent):
            node = Node([] if isinstance(event, yaml.SequenceStartEvent) else {}, line)
            if len(stack) == _DEEPEST:
                raise Refused(line, "the nesting is too deep", "check the indentation")
            stack.append((node, []))
        elif isinstance(event, yaml.CollectionEndEvent):
            put(stack.pop()[0])
    return documents[0] if documents else None


def syntax_fault(name: str, text: str, error: yaml.YAMLError) -> Fault:
    """What is wrong with a file that is no YAML, in an author's words."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    position = getattr(error, "position", None)  # a character that YAML does not allow
    found = mark.line if mark else text.count("\n", 0, position) if position else 0
    line = min(found + 1, max(1, len(text.splitlines())))
    remedy = (
        "check the indentation, and put text inside double quotes when it holds ': ' or ' #' "
        "or starts with a sign such as * & ! @ ` % [ {"
    )
    if "escape" in problem:
        remedy = "inside double quotes write \\\\ for one backslash, or use single quotes"
    if "character" in problem and "\t" in text.splitlines()[line - 1]:
        remedy = "replace the tab by spaces"
    return Fault(name, line, "", f"this is not valid YAML ({problem})", remedy)
