import nbformat
import pytest

from shophelm.errors import ParameterError, ReportError
from shophelm.report.parameters import Parameter, check_parameters, parameters_of

GOOD = 'data: str = "x"  # the shop\ndays: int = 7  # length\nlate: bool = False  # or not'


def notebook(tmp_path, source, tags=("parameters",)):
    cell = nbformat.v4.new_code_cell(source, metadata={"tags": list(tags)})
    path = tmp_path / "n.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    return path


def test_parameters_are_read_with_type_default_and_meaning(tmp_path):
    assert parameters_of(notebook(tmp_path, GOOD)) == {
        "data": Parameter("data", "str", "x", "the shop"),
        "days": Parameter("days", "int", 7, "length"),
        "late": Parameter("late", "bool", False, "or not"),
    }


def test_a_notebook_without_the_tag_is_refused(tmp_path):
    with pytest.raises(ReportError) as caught:
        parameters_of(notebook(tmp_path, GOOD, tags=()))
    assert str(caught.value) == "n.ipynb has 0 cells tagged `parameters`; it needs one."


@pytest.mark.parametrize("line", ["days = 7  # no type", "days: int = 3 + x  # no literal"])
def test_a_parameter_must_be_typed_literal_and_explained(tmp_path, line):
    with pytest.raises(ReportError) as caught:
        parameters_of(notebook(tmp_path, line))
    assert str(caught.value) == (
        "n.ipynb: line 1 of the parameters is not written `name: type = literal`."
    )


def test_each_notebook_gets_the_parameters_it_knows(tmp_path):
    own = parameters_of(notebook(tmp_path, GOOD))
    other = {"days": own["days"]}
    assert check_parameters({"days": "14", "late": "true"}, {"a": own, "b": other}) == {
        "a": {"days": 14, "late": True},
        "b": {"days": 14},
    }


def test_what_has_an_option_is_not_given_twice(tmp_path):
    with pytest.raises(ParameterError) as caught:
        check_parameters({"data": "x"}, {"a": parameters_of(notebook(tmp_path, GOOD))})
    assert str(caught.value) == "data is not given with -p. Give it with --data."


def test_an_unknown_parameter_is_refused_with_the_nearest(tmp_path):
    with pytest.raises(ParameterError) as caught:
        check_parameters({"day": "14"}, {"a": parameters_of(notebook(tmp_path, GOOD))})
    assert str(caught.value) == (
        "No notebook has a parameter 'day'. Did you mean days? There are: days, late."
    )


@pytest.mark.parametrize(
    ("name", "text", "kind", "help_", "default"),
    [
        ("days", "seven", "int", "length", "7"),
        ("days", "7.5", "int", "length", "7"),
        ("late", "yes", "bool", "or not", "False"),
    ],
)
def test_an_ill_typed_parameter_is_refused(tmp_path, name, text, kind, help_, default):
    with pytest.raises(ParameterError) as caught:
        check_parameters({name: text}, {"a": parameters_of(notebook(tmp_path, GOOD))})
    assert str(caught.value) == (
        f"The parameter {name} is {text!r}, which is not of type {kind}. It is: {help_}; by "
        f"default {default}."
    )
