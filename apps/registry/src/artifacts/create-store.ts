import type { ArtifactStore } from "./artifact-store.ts";
import { FolderStore } from "./folder-store.ts";
import { S3Store } from "./s3/s3-store.ts";
import type { StoreSettings } from "./store-settings.ts";

/** The store in the place that the settings name. It is not asked anything yet: it may be away. */
export function createStore(settings: StoreSettings): ArtifactStore {
  return "folder" in settings ? new FolderStore(settings.folder) : new S3Store(settings.s3);
}
