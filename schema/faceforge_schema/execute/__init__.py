"""How a GraphQL document is carried out: checked, admitted within its limits, run, its errors translated."""
