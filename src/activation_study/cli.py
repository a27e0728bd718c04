"""The command line: activation-study run | publish | claims | verify | audit | bench ..."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from tqdm import tqdm

from activation_study import exit_codes, settings, studies
from activation_study.catalogue.spelling import with_hyphen
from activation_study.engine.records.records import Records
from activation_study.engine.sweeps.sweep import load, run, shows_progress
from activation_study.errors import RecordError
from activation_study.report import citing
from activation_study.report.claims import box, claims_file
from activation_study.report.claims.judging import judge_all
from activation_study.report.tables.verdicts import verdict_tables

app = typer.Typer(
    help="Put the everyday advice about activation functions on trial.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

StudyName = Annotated[
    str,
    typer.Argument(help=f"One of: {', '.join([*studies.STUDIES, *studies.UNPUBLISHED])}."),
]
Write = Annotated[
    bool, typer.Option("--write", help="Keep the result in data/, where the book shows it.")
]


@app.command("run")
def run_study(
    study: StudyName,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes that train; by default one for each core.")
    ] = None,
    dask: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS", help="Train on a cluster: its Dask scheduler, tcp://host:8786."
        ),
    ] = None,
) -> None:
    """Train what is not recorded of a study; repeated, it goes on where it was."""
    backend = "local" if dask is None else "dask"
    runs = run(studies.get(study), num_workers=workers, backend=backend, address=dask)
    hours = runs.summary["wall_seconds"].sum() / 3600
    typer.echo(f"{len(runs):,} runs recorded, {hours:.1f} core hours in all")
    _say_what_is_mixed(runs.summary)


@app.command()
def trial(
    what: Annotated[
        str,
        typer.Argument(
            help="file.py:function, my_module:my_function, a layer of Keras likewise, or a formula "
            "in x: 'x * tanh(exp(x))'."
        ),
    ],
    name: Annotated[str | None, typer.Option(help="What to call it.")] = None,
    output: Annotated[
        Path | None, typer.Option(help="Page to write; by default trial-NAME.html.")
    ] = None,
    short: Annotated[
        bool, typer.Option("--short", help="The book's network alone: neither 8 layers nor others.")
    ] = False,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes that train; by default one for each core.")
    ] = None,
) -> None:
    """Put an activation of your own on trial; repeated, it goes on where it was."""
    from activation_study.trial import trying
    from activation_study.trial.shown import terminal

    made, path = trying.put_on_trial(
        what, name=name, output=output, is_short=short, num_workers=workers, say=typer.echo
    )
    typer.echo(f"\n{terminal.as_text(made)}\n\nThe page: {path}")


@app.command()
def publish(study: StudyName) -> None:
    """Add a study's recorded runs to the published record in data/."""
    records = Records()
    wanted = studies.get(study)
    if wanted.tier != "full":
        raise ValueError(
            f"only the full tier is published; received {settings.TIER_VARIABLE}={wanted.tier}: "
            f"unset it, or set it to full"
        )
    experiments = wanted.next_experiments(records)
    # A run that two studies need is published with one of them.
    others = (records.published.read(s, "runs") for s in records.published.studies() if s != study)
    elsewhere = {key for runs in others for key in runs["key"].to_pylist()}
    runs = [run for run in records.cached_runs(experiments) if run.key not in elsewhere]
    num_new = records.published.publish(study, runs)
    citing.describe()
    missing = len(Records().missing(experiments))
    typer.echo(f"{num_new:,} runs published in {records.published.folder / study}")
    if missing:
        typer.echo(f"{missing:,} runs are not recorded yet: activation-study run {study}")


@app.command()
def claims(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="CLAIM...", help="Show these in full.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Every claim as JSON, for other programs.")
    ] = False,
) -> None:
    """Judge every claim from the record alone, or show the ones that are named in full."""
    register = claims_file.read()
    wanted = {register.get(name).id for name in names or ()}
    if said := claims_file.borrowed():
        typer.echo(said, err=True)
    verdicts = [verdict for verdict in judge_all() if not wanted or verdict.claim.id in wanted]
    if as_json:
        typer.echo(json.dumps([verdict.as_dict() for verdict in verdicts], indent=1))
    elif wanted:
        typer.echo("\n\n".join(map(str, verdicts)))
    else:
        typer.echo(f"{verdict_tables(verdicts)}\n\nNot tried:")
        typer.echo("\n".join(box.as_line(each) for each in verdicts if not each.is_judgement))


@app.command()
def register() -> None:
    """Register the published record's claims.yml as it is, after a deliberate change."""
    names = [*claims_file.register(), *citing.describe()]
    folder = settings.published()
    typer.echo(f"{' and '.join(names)} of {folder} registered; commit them with its MANIFEST.json")


@app.command()
def verify() -> None:
    """Compare the published record and the claims with their manifest; trains nothing."""
    record = Records().published
    names = record.verify()
    if not names:
        raise RecordError(
            f"nothing is published in {record.folder}: expected data files and a manifest; name "
            f"the right folder with {settings.DATA_VARIABLE}, or publish"
        )
    typer.echo(f"{len(names)} files are what the manifest says, and the manifest is whole")
    checked = claims_file.verify()
    names = [path.name for path in checked]
    typer.echo(f"{' and '.join(names)} of {checked[0].parent} are what is registered")
    if said := claims_file.borrowed():
        typer.echo(said)
    summaries = [record.read(study, "runs").to_pandas() for study in record.studies()]
    _say_what_is_mixed(pd.concat(summaries, ignore_index=True))


@app.command()
def audit(
    study: Annotated[
        str | None, typer.Argument(help="A published study; all of them if left out.")
    ] = None,
    sample: Annotated[int, typer.Option(help="Runs to retrain.")] = 5,
    seed: Annotated[int, typer.Option(min=0, help="Draws the runs; another, other runs.")] = 0,
    workers: Annotated[int, typer.Option(min=1, help="Processes that train.")] = 2,
    write: Write = False,
) -> None:
    """Retrain published runs and compare every value; 1 if some differ, 2 if some cannot be."""
    from activation_study.report.reproduction import audit as auditing

    def report(run: auditing.AuditedRun) -> None:
        # Above the progress bar.
        tqdm.write(str(run))

    found = auditing.audit(study, sample=sample, seed=seed, num_workers=workers, report=report)
    typer.echo(str(found))
    if write:
        typer.echo(f"written to {found.write(Records().published.folder)}")
    raise typer.Exit(found.exit_code)


@app.command()
def repetition(
    folder: Annotated[
        Path, typer.Argument(help="Working cache of runs that were trained again, from nothing.")
    ],
    write: Write = False,
) -> None:
    """Judge the claims again with repeated runs in the place of the published ones."""
    if not folder.is_dir():
        raise ValueError(
            f"received {str(folder)!r}, which is no folder; expected a working cache: train one "
            f"with {settings.RECORDS_VARIABLE} and {settings.DATA_VARIABLE} naming new folders"
        )
    from activation_study.report.reproduction import repetition as repeating

    again = Records(folder, prefers_cache=True)
    with tempfile.TemporaryDirectory() as empty:
        recorded = Records(Path(empty))
        before = {name: load(studies.get(name), recorded) for name in recorded.published.studies()}
    after = {name: load(studies.get(name), again) for name in before}
    known = set(again.cache.keys())
    of_study = {name: set(runs.summary["key"]) & known for name, runs in after.items()}
    repeated = {name: keys for name, keys in of_study.items() if keys}
    if not before:
        raise RecordError(
            f"nothing is published in {recorded.published.folder} that could be repeated: name the "
            f"right folder with {settings.DATA_VARIABLE}"
        )
    if not repeated:
        raise RecordError(
            f"received {str(folder)!r}, which holds no run of {' or '.join(studies.STUDIES)}; "
            f"expected a working cache of such runs: activation-study run, with "
            f"{settings.RECORDS_VARIABLE} naming the folder"
        )
    sides = tqdm((before, after), unit="judging", disable=not shows_progress(None))
    judged = [[verdict for verdict in judge_all(runs) if verdict.study in runs] for runs in sides]
    found = repeating.compare(before, after, repeated, judged[0], judged[1])
    typer.echo(str(found))
    if write:
        typer.echo(f"written to {found.write(recorded.published.folder)}")


@app.command()
def bench(
    short: Annotated[
        bool, typer.Option("--short", help="A few images, once: its figures say nothing.")
    ] = False,
    output: Annotated[
        Path | None, typer.Option(help="File to write; by default benchmarks/results.json.")
    ] = None,
) -> None:
    """Time this engine beside other libraries and the roofline; needs MNIST and idle cores."""
    if short and output is None:
        raise ValueError(
            "received --short alone; expected --output FILE with it: its figures must not replace "
            "the measured ones"
        )
    words = ["--short"] * short + (["--output", str(output.resolve())] if output else [])
    script = settings.benchmarks() / "bench.py"
    raise typer.Exit(subprocess.run([sys.executable, str(script), *words]).returncode)


@app.command()
def picture(path: Annotated[Path, typer.Argument(help="PNG to write.")]) -> None:
    """Draw the README's picture from the record: every hidden activation against the best."""
    if path.is_dir() or not path.parent.is_dir():
        raise ValueError(
            f"the picture cannot be written to {str(path)!r}: expected a file in a folder that "
            f"exists; name such a file"
        )
    from activation_study.report import figures

    runs = load(studies.get("core-2"))
    if not len(runs):
        raise RecordError(
            f"no run of the study core-2 is recorded in {settings.published()} or in the working "
            f"cache: name the right folder with {settings.DATA_VARIABLE}, or run the studies"
        )
    drawn = figures.ranking(runs, reading="averaged")
    path.write_bytes(drawn.png())
    typer.echo(with_hyphen(drawn.alt))


def _say_what_is_mixed(summary: pd.DataFrame) -> None:
    """Prints which of the runs' origins differ, if any do."""
    from activation_study.report.analysis import origins

    if mixed := origins.mixture(summary):
        typer.echo(mixed)


def main() -> None:
    """Entry point: whatever the user can mend ends in one paragraph and exit code 2."""
    exit_codes.end(app)


if __name__ == "__main__":
    main()
