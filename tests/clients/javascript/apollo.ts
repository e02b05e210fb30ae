// Make an entity, find it with a fragment and hear of it, with Apollo Client.

import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { OperationTypeNode } from "graphql";
import { createClient } from "graphql-ws";
import { firstValueFrom } from "rxjs";

const uri = `${process.env.FACEFORGE_URL}/graphql`;

function signedIn(token: string) {
  const authorization = { Authorization: `Bearer ${token}` };
  const socket = createClient({ url: uri.replace("http", "ws"), connectionParams: authorization });
  const link = ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    new GraphQLWsLink(socket),
    new HttpLink({ uri, headers: authorization }),
  );
  return { core: new ApolloClient({ link, cache: new InMemoryCache() }), socket };
}

type Entity = { __typename: "Entity"; id: string; displayName: string };
const NAMED = gql`fragment Named on Entity { id displayName }`;
const CREATE = gql`mutation ($input: EntityCreate!) { createEntity(input: $input) { ...Named } } ${NAMED}`;
const FIND = gql`query ($q: String!) { entities(q: $q) { nodes { ...Named } } } ${NAMED}`;
const LAST = gql`{ changesets(first: 1) { nodes { id } } }`;
const FOLLOW = gql`subscription ($after: BigInt) { changesets(after: $after) { id operation } }`;

const { core, socket } = signedIn(process.env.FACEFORGE_TOKEN!);
const before = await core.query<{ changesets: { nodes: { id: number }[] } }>({ query: LAST });
const made = await core.mutate<{ createEntity: Entity }>({
  mutation: CREATE,
  variables: { input: { displayName: "Ada of Apollo" } },
});
const entity = made.data!.createEntity;
const found = await core.query<{ entities: { nodes: Entity[] } }>({ query: FIND, variables: { q: "Ada of Apollo" } });
const cached = core.readFragment<Entity>({ id: `Entity:${entity.id}`, fragment: NAMED });
const heard = await firstValueFrom(
  core.subscribe<{ changesets: { operation: string } }>({
    query: FOLLOW,
    variables: { after: before.data!.changesets.nodes[0]?.id ?? 0 },
  }),
);
await socket.dispose();

const refused = await signedIn("wrong").core.query({ query: LAST, errorPolicy: "all" });

console.log(
  JSON.stringify({
    entity: entity.id,
    found: found.data!.entities.nodes.map((each) => each.displayName),
    cached: cached?.displayName,
    heard: heard.data?.changesets.operation,
    refused: refused.error?.message,
  }),
);
