"""What must hold after every fault, whatever broke."""
import re

import factory as factories

# Nothing of these may reach a user: words of libraries, crashes, statements.
RAW = re.compile(r"terminate called|std::|what\(\)|pqxx|hiredis|SELECT |errno|Traceback"
                 r"|Failed to connect to all addresses|NOSCRIPT|absl::|stack smashing")
RECORD_SECONDS = 90


def await_records(factory, answers):
    """Each acknowledged build ends compatible, within RECORD_SECONDS; one record a build key."""
    wanted = {answer.build_id: answer.manifest_id for answer in answers}

    def missing():
        return set(wanted) - {row[0] for row in factory.query("SELECT build_id FROM records")}

    factories.wait_until(lambda: not missing(), RECORD_SECONDS,
                         lambda: explain(factory, answers, missing()))
    names = ", ".join(f"'{name}'" for name in wanted.values())
    rows = factory.query("SELECT manifest_id, outcome, count(*) OVER (PARTITION BY build_key) "
                         f"FROM records WHERE kind = 'image' AND manifest_id IN ({names})")
    assert sorted(row[0] for row in rows) == sorted(wanted.values())
    assert {(row[1], row[2]) for row in rows} == {("compatible", "1")}, rows


def explain(factory, answers, missing):
    """What the submitter was told of each build without a record, and what the factory says."""
    lines = []
    for answer in answers:
        if answer.build_id in missing:
            now = factory.try_lif("status", answer.build_id)
            lines.append(f"record of {answer}\nstatus: {now.stdout}{now.stderr}")
    lines.append(f"records: {factory.query('SELECT build_id, manifest_id FROM records')}")
    return "\n".join(lines)


def check_words(answers, component):
    """A refusal names the component and says to try again, without words of libraries."""
    for answer in answers:
        assert answer.code == 3, answer
        assert component.lower() in answer.said.lower(), answer.said
        assert not RAW.search(answer.said), answer.said


def check_log(factory, process):
    assert not RAW.search(factory.log(process)), RAW.search(factory.log(process))
