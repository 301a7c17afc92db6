import type { Readable } from "node:stream";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { refuse } from "../errors.ts";
import { type ArtifactStore, type BlobHash, maxBlobBytes } from "./artifact-store.ts";
import { parseBlobHash } from "./blob-hash.ts";

type BlobRequest = FastifyRequest<{ Params: { hash: string } }>;

function hashOf(request: BlobRequest): BlobHash {
  const hash = parseBlobHash(request.params.hash);
  if (hash === undefined) {
    throw refuse("path_invalid", "A blob is named by its SHA-384 as 96 lower-case hexadecimal digits.");
  }
  return hash;
}

/**
 * `PUT` and `HEAD /blobs/:hash`: files by their hash, before a version names them. A blob alone is not reachable from
 * outside, so it is not audited; the version that lists it is.
 */
export async function blobRoutes(app: FastifyInstance, { store }: { store: ArtifactStore }): Promise<void> {
  app.addHook("onRequest", app.requireScope("registry:publish"));
  app.removeAllContentTypeParsers();
  // Handed on as a stream: a file is hashed on its way to the disk and never held in memory.
  app.addContentTypeParser("application/octet-stream", (_request, payload, done) => {
    done(null, payload);
  });

  app.head("/blobs/:hash", async (request: BlobRequest, reply): Promise<FastifyReply> => {
    const bytes = await store.size(hashOf(request));
    if (bytes === undefined) throw refuse("blob_unknown", "It has not been uploaded.");
    return reply.header("content-length", bytes).send();
  });

  app.put("/blobs/:hash", { bodyLimit: maxBlobBytes }, async (request: BlobRequest, reply) => {
    const hash = hashOf(request);
    const body = request.body as Readable;
    // The request outlives a refusal halfway, so that the refusal can still be sent.
    const { created } = await store.put(hash, body.iterator({ destroyOnReturn: false }));
    return reply.code(created ? 201 : 200).send({ hash });
  });
}
