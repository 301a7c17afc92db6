import { defineConfig, globalIgnores } from "eslint/config";
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

const processEnv = {
  object: "process",
  property: "env",
  message: "Read variables in the app's src/env.ts and pass them on as values.",
};

const moduleFederation = {
  group: ["@module-federation/*", "@module-federation/**"],
  message: "Only packages/federation imports module federation.",
};

const serverPackages = {
  group: ["bff", "token-store", "access-token", "http-service", "postgres", "events", "release-signing"].map(
    (name) => `@mullion/${name}`,
  ),
  message: "Only the shell's front holds server code: pages run in the browser and in the render process.",
};

export default defineConfig(
  globalIgnores([
    "**/.next/",
    "**/.next-dev/",
    "**/.artifact/",
    "**/dist/",
    "**/.turbo/",
    ".mullion/",
    "**/next-env.d.ts",
    // Filled in by `mullion create remote`, and checked there.
    "packages/cli/templates/",
  ]),
  {
    files: ["**/*.{ts,tsx}"],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/explicit-module-boundary-types": "error",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      // What was caught may be thrown on as it is.
      "@typescript-eslint/only-throw-error": ["error", { allowThrowingUnknown: true }],
      // Objects here are made by functions and their methods use no `this`.
      "@typescript-eslint/unbound-method": "off",
      // A handler that must be async for its interface need not await.
      "@typescript-eslint/require-await": "off",
      // Both mark their switch for plain http as deprecated to make it stand out: here only issuers on localhost get it.
      "@typescript-eslint/no-deprecated": [
        "error",
        {
          allow: ["oauth4webapi", "openid-client"].map((name) => {
            return { from: "package", package: name, name: "allowInsecureRequests" };
          }),
        },
      ],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
    },
  },
  {
    files: ["**/*.{js,mjs}"],
    extends: [tseslint.configs.strict],
  },
  {
    files: [
      "**/*.tsx",
      "packages/session/src/**/*.ts",
      "packages/federation/src/**/*.ts",
      "packages/ui/src/**/*.ts",
    ],
    extends: [reactHooks.configs.flat.recommended],
  },
  {
    linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: "error" },
    rules: {
      "max-lines": ["error", 300],
      "no-warning-comments": ["error", { terms: ["todo", "fixme", "xxx", "hack"] }],
      "no-restricted-properties": ["error", processEnv],
      "no-restricted-imports": ["error", { patterns: [moduleFederation] }],
      eqeqeq: ["error", "always", { null: "ignore" }],
    },
  },
  { files: ["packages/federation/**"], rules: { "no-restricted-imports": "off" } },
  {
    files: ["apps/shell/**"],
    ignores: ["apps/shell/src/front/**"],
    rules: { "no-restricted-imports": ["error", { patterns: [moduleFederation, serverPackages] }] },
  },
  {
    files: [
      // The one place of each app.
      "**/env.ts",
      // Programs of the toolchain, which hand their environment on.
      "infra/local/bootstrap.mjs",
      "infra/local/src/vitest-global-setup.ts",
      "**/*.config.{ts,js,mjs}",
      "packages/testing/src/environment.ts",
    ],
    rules: { "no-restricted-properties": "off" },
  },
);
