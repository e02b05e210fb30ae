"""The REST face: every route is a GraphQL document made from the schema at start."""

from faceforge_server.rest.openapi import openapi
from faceforge_server.rest.operations import RestOperation, rest_operations
from faceforge_server.rest.router import RestRouter
from faceforge_server.rest.routes import rest_routes

__all__ = ["RestOperation", "RestRouter", "openapi", "rest_operations", "rest_routes"]
