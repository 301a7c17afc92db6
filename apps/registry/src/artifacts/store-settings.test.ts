import { expect, it } from "vitest";
import { findStoreIssue, toStoreSettings } from "./store-settings.ts";

const bucket = {
  ARTIFACTS_S3_ENDPOINT: "https://s3.example.com",
  ARTIFACTS_S3_BUCKET: "artifacts",
  ARTIFACTS_S3_REGION: "eu-central-1",
  ARTIFACTS_S3_ACCESS_KEY_ID: "key",
  ARTIFACTS_S3_SECRET_ACCESS_KEY: "secret",
};
const folder = { ARTIFACTS_DIR: "/var/lib/artifacts" };

it("names exactly one place: a folder or a whole bucket", () => {
  expect(findStoreIssue(folder)).toBeNull();
  expect(toStoreSettings(folder)).toEqual({ folder: "/var/lib/artifacts" });
  expect(findStoreIssue(bucket)).toBeNull();
  expect(toStoreSettings(bucket)).toMatchObject({ s3: { bucket: "artifacts", accessKeyId: "key" } });
  expect(findStoreIssue({})).toMatchObject({ name: "ARTIFACTS_DIR" });
  expect(findStoreIssue({ ...folder, ...bucket })).toMatchObject({ name: "ARTIFACTS_DIR" });
  for (const name of Object.keys(bucket)) {
    expect(findStoreIssue({ ...bucket, [name]: undefined }), name).toMatchObject({ name });
    expect(findStoreIssue({ ...folder, [name]: "x" }), name).not.toBeNull();
  }
});
