import tseslint from "typescript-eslint";

export default tseslint.config(
  {ignores: ["**/*.mjs"]},
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {parserOptions: {projectService: true, tsconfigRootDir: import.meta.dirname}},
    rules: {
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/consistent-type-imports": ["error", {fixStyle: "inline-type-imports"}],
      "@typescript-eslint/require-await": "off",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      eqeqeq: "error",
      "no-console": "error",
    },
  },
  {
    files: ["**/*_test.ts", "testing/**"],
    rules: {
      "@typescript-eslint/no-floating-promises": "off", // test() itself
      "@typescript-eslint/no-unsafe-member-access": "off",
    },
  },
);
