"""Run the notebooks and keep, of their outputs, only the text that tests compare.

Each is run twice and must come to the same bytes. Called by `make notebooks`.
"""

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
COMPARED = "nbval-check-output"


def compared_only(notebook: nbformat.NotebookNode) -> str:
    """Strip a run notebook: no counts but of compared cells, no outputs but their text."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            kept = COMPARED in cell.metadata.get("tags", [])
            cell.outputs = joined(cell.outputs) if kept else []
            cell.execution_count = cell.execution_count if kept else None
        cell.metadata = {k: v for k, v in cell.metadata.items() if k == "tags"}
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return nbformat.writes(notebook) + "\n"


def joined(outputs: list[nbformat.NotebookNode]) -> list[nbformat.NotebookNode]:
    """Keep the streams; what a busy machine sent in two pieces becomes one."""
    kept: list[nbformat.NotebookNode] = []
    for output in outputs:
        if output.output_type == "stream":
            if kept and kept[-1].name == output.name and not kept[-1].text.endswith("\n"):
                kept[-1].text += output.text
            else:
                kept.append(output)
    return kept


def run(path: Path) -> str:
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook,
        timeout=600,
        resources={"metadata": {"path": path.parent}},
        kernel_manager_class="shophelm.report.kernels.LocalKernelManager",
    ).execute()
    return compared_only(notebook)


def main() -> int:
    different = []
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        first, second = run(path), run(path)
        if first != second:
            different.append(path.name)
        changed = path.read_text(encoding="utf-8") != first
        path.write_text(first, encoding="utf-8")
        print(f"{path.name}: {'refreshed' if changed else 'unchanged'}")
    for name in different:
        print(f"{name}: two runs gave different text", file=sys.stderr)
    return len(different)


if __name__ == "__main__":
    sys.exit(main())
