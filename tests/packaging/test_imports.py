"""Start-up: asking for help must not load what it does not need."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["textual", "scipy", "polars", "numpy", "pyarrow", "pandas"])
def test_help_does_not_import(module: str) -> None:
    code = (
        "import sys; from bayescore.cli.app import app\n"
        "try:\n    app(['train', '--help'])\nexcept SystemExit as e:\n    assert not e.code\n"
        f"sys.exit({module!r} in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0


def test_help_does_without_what_it_does_not_show() -> None:
    code = (
        "import sys; from bayescore.cli.entry import main\n"
        "sys.argv = ['bayescore', '--help']\n"
        "try:\n    main()\nexcept SystemExit as e:\n    assert not e.code\n"
        "assert 'markdown_it' not in sys.modules and 'pygments' not in sys.modules\n"
        "from rich.markdown import Markdown\nfrom typer import rich_utils\n"
        "assert type(rich_utils.Markdown('*x*')) is Markdown and rich_utils.Markdown is not Markdown"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "bayescore inspect FILE" in done.stdout


@pytest.mark.parametrize("module", ["textual", "scipy.stats", "pyarrow", "pandas", "plotext"])
def test_trainer_does_not_import(module: str) -> None:
    code = f"import sys; import bayescore.training.orchestrator, bayescore.data; sys.exit({module!r} in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_public_names_resolve() -> None:
    import bayescore

    for name in bayescore.__all__:
        assert getattr(bayescore, name) is not None


def test_version_is_the_core_s() -> None:
    import bayescore
    from bayescore import _core

    assert bayescore.__version__ == _core.__version__
