"""The pages for programs: the API to try, its reference, the GraphQL console."""
