"""The command line: activation-study run | publish | claims | verify | picture."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from activation_study import studies
from activation_study.catalogue.datasets import DatasetError
from activation_study.engine.errors import EngineError, RunsFailedError
from activation_study.engine.records import Records
from activation_study.engine.runner import load, run
from activation_study.report.claims import ClaimsError, judge_all

app = typer.Typer(
    help="Put the everyday advice about activation functions on trial.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

StudyName = Annotated[str, typer.Argument(help=f"One of: {', '.join(studies.STUDIES)}.")]


@app.command("run")
def run_study(
    study: StudyName,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes that train; by default one for each core.")
    ] = None,
) -> None:
    """Train what is not recorded of a study; repeated, it goes on where it was."""
    runs = run(studies.get(study), num_workers=workers)
    hours = runs.summary["wall_seconds"].sum() / 3600
    typer.echo(f"{len(runs):,} runs recorded, {hours:.1f} core hours in all")


@app.command()
def publish(study: StudyName) -> None:
    """Add a study's recorded runs to the published record in data/."""
    records = Records()
    wanted = studies.get(study)
    if wanted.tier != "full":
        raise ValueError(
            f"only the full tier is published; received {studies.TIER_VARIABLE}={wanted.tier}: "
            f"unset it, or set it to full"
        )
    experiments = wanted.next_experiments(records)
    num_new = records.published.publish(study, records.cached_runs(experiments))
    missing = len(Records().missing(experiments))
    typer.echo(f"{num_new:,} runs published in {records.published.folder / study}")
    if missing:
        typer.echo(
            f"{missing:,} runs of the study are not recorded yet: activation-study run {study}"
        )


@app.command()
def claims(
    as_json: Annotated[
        bool, typer.Option("--json", help="Every claim as JSON, for other programs.")
    ] = False,
) -> None:
    """Judge every claim from the record alone."""
    runs = {name: load(studies.get(name)) for name in studies.STUDIES}
    verdicts = judge_all(runs)
    if as_json:
        typer.echo(json.dumps([verdict.as_dict() for verdict in verdicts], indent=1))
    else:
        typer.echo("\n".join(str(verdict) for verdict in verdicts))


@app.command()
def verify() -> None:
    """Read the whole published record and compare it with its manifest; trains nothing."""
    names = Records().published.verify()
    typer.echo(f"{len(names)} files are what the manifest says")


@app.command()
def picture(path: Annotated[Path, typer.Argument(help="PNG to write.")]) -> None:
    """Draw the README's picture from the record: every hidden activation against the best."""
    from activation_study.report import figures

    drawn = figures.ranking(load(studies.get("core")))
    path.write_bytes(drawn.png())
    typer.echo(drawn.alt)


def main() -> None:
    """Entry point: whatever the user can mend ends in one paragraph and exit code 2."""
    try:
        app()
    except RunsFailedError as error:
        # Its message lists every failure and is longer than a paragraph on purpose.
        print(f"activation-study: {error}", file=sys.stderr)
        sys.exit(1)
    except (ValueError, EngineError, DatasetError, ClaimsError) as error:
        print(f"activation-study: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print(
            "activation-study: interrupted; what is recorded is kept, and the same command goes on",
            file=sys.stderr,
        )
        sys.exit(130)


if __name__ == "__main__":
    main()
