"""What a user gets: a wheel built from the sdist, with both packages, the tables and the type information in it."""

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run(*command: str, cwd: Path) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A source distribution of this tree and the wheel built from it alone."""
    out = tmp_path_factory.mktemp("dist")
    maturin = str(Path(sys.executable).with_name("maturin"))
    run(maturin, "sdist", "--out", str(out), cwd=ROOT)
    (sdist,) = out.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(out, filter="data")
    source = out / sdist.name.removesuffix(".tar.gz")
    # Share compiled dependencies between runs; what is asserted is the content, not the build time.
    target = os.environ.get("CARGO_TARGET_DIR", str(ROOT / "target"))
    run(maturin, "build", "--release", "--out", str(out), "--target-dir", target, cwd=source)
    (wheel,) = out.glob("*.whl")
    return sdist, wheel


def test_wheel_holds_both_packages_and_their_data(built: tuple[Path, Path]) -> None:
    names = set(zipfile.ZipFile(built[1]).namelist())
    for name in (
        "bayescore/__init__.py",
        "bayescore/_core.abi3.so",
        "bayescore/_core.pyi",
        "bayescore/py.typed",
        "bayescore/data/instruments.toml",
        "bayescore/report/page/assets/vega.js.gz",
        "bayescore/report/page/assets/page.css",
        "bayescore/report/page/assets/LICENSES.md",
        "bayescore/data/__init__.py",
        "bayescore_tui/__init__.py",
        "bayescore_tui/app.py",
        "bayescore_tui/app.tcss",
        "bayescore_tui/py.typed",
    ):
        assert name in names, name
    assert not [n for n in names if "__pycache__" in n or n.startswith(("tests/", "archive/", "data/"))]


def test_wheel_is_abi3_for_python_3_11_and_later(built: tuple[Path, Path]) -> None:
    assert "-cp311-abi3-" in built[1].name


def test_installed_wheel_gives_both_commands(built: tuple[Path, Path], tmp_path: Path) -> None:
    """Installed beside the present dependencies, from the wheel, away from this tree."""
    run(
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--target",
        str(tmp_path / "site"),
        str(built[1]),
        cwd=tmp_path,
    )
    for command in ("bayescore", "bayescore-tui"):
        script = tmp_path / "site" / "bin" / command
        environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
        done = subprocess.run(
            [sys.executable, str(script), "--help"],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert "--data" in done.stdout or "train" in done.stdout


def test_the_wheel_needs_no_rust(built: tuple[Path, Path], tmp_path: Path, sample: Path) -> None:
    """Installed into a fresh environment where there is no toolchain, beside the present dependencies, it trains."""
    import shutil
    import sysconfig

    fresh = tmp_path / "fresh"
    run(sys.executable, "-m", "venv", str(fresh), cwd=tmp_path)
    path = f"{fresh / 'bin'}:/usr/bin:/bin"
    assert shutil.which("cargo", path=path) is None and shutil.which("rustc", path=path) is None
    environment = {"PATH": path, "HOME": str(tmp_path)}
    command = [str(fresh / "bin" / "pip"), "install", "--quiet", "--no-deps", "--no-index", str(built[1])]
    subprocess.run(command, env=environment, cwd=tmp_path, check=True)
    # The dependencies are those of the tests; the package must not come from there.
    (site,) = (fresh / "lib").glob("python*/site-packages")
    (site / "others.pth").write_text(sysconfig.get_path("purelib"))
    where = [str(fresh / "bin" / "python"), "-c", "import bayescore._core; print(bayescore._core.__file__)"]
    done = subprocess.run(where, env=environment, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.startswith(str(fresh))
    train = [
        str(fresh / "bin" / "bayescore"),
        "train",
        "--data",
        str(sample),
        "-n",
        "20",
        "--max-days",
        "2",
        "-q",
    ]
    done = subprocess.run(train, env=environment, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "MNQH6, 2 days" in done.stdout
