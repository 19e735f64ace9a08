"""What PostgreSQL itself refuses, whoever holds the credentials."""
import pytest

DENIED = "permission denied"


def refused(factory, role, statement):
    result = factory.sql(role, statement)
    assert result.returncode != 0, f"{role} was allowed: {statement}"
    return result.stderr


@pytest.mark.parametrize("statement", [
    "INSERT INTO records (build_id) VALUES ('x')",
    "INSERT INTO records SELECT * FROM records LIMIT 1",
    "UPDATE manifests SET id = 'x'",
    "DELETE FROM records",
    "TRUNCATE records",
    "TRUNCATE manifests",
    "CREATE TABLE mine (id int)",
    "CREATE TEMPORARY TABLE mine (id int)",
    "CREATE SCHEMA mine",
])
def test_the_control_plane_cannot_write(factory, statement):
    assert DENIED in refused(factory, "lif_controlplane", statement)


def test_the_control_plane_can_read(factory):
    result = factory.sql("lif_controlplane", "SELECT count(*) FROM manifests")
    assert result.returncode == 0, result.stderr
    assert int(result.stdout) >= 4


@pytest.mark.parametrize("statement", [
    "UPDATE manifests SET id = 'x'",
    "DELETE FROM modules",
    "TRUNCATE templates",
    "INSERT INTO records SELECT * FROM records LIMIT 1",
])
def test_the_publisher_only_adds_to_the_catalog(factory, statement):
    assert DENIED in refused(factory, "lif_publisher", statement)


@pytest.mark.parametrize("statement", [
    "UPDATE records SET outcome = 'compatible'",
    "DELETE FROM records",
    "INSERT INTO manifests SELECT * FROM manifests LIMIT 1",
])
def test_an_executor_only_adds_to_the_results(factory, statement):
    assert DENIED in refused(factory, "lif_executor", statement)


@pytest.mark.parametrize("statement", [
    "UPDATE manifests SET id = id || 'x'",
    "DELETE FROM modules",
    "TRUNCATE bases CASCADE",
])
def test_published_rows_never_change_even_for_their_owner(factory, statement):
    message = refused(factory, "lif_owner", statement)
    assert "are never changed or removed" in message, message


def test_nobody_comes_in_without_a_password(factory):
    result = factory.sql("lif_controlplane", "SELECT 1")
    assert result.returncode == 0
    without = factory.info["postgres"]["lif_controlplane"].replace("password=", "password=x")
    factory.info["postgres"]["nobody"] = without
    assert "authentication failed" in refused(factory, "nobody", "SELECT 1")
