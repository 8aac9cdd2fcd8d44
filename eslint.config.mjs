import js from '@eslint/js';
import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

/** Who may know whom. Specs may also use `layer:testing`; nothing else may. */
const layers = [
  { sourceTag: 'layer:domain', onlyDependOnLibsWithTags: ['layer:domain'], allowedExternalImports: [] },
  {
    sourceTag: 'layer:contracts',
    onlyDependOnLibsWithTags: ['layer:contracts'],
    allowedExternalImports: ['class-validator', 'class-transformer'],
  },
  { sourceTag: 'layer:adapter', onlyDependOnLibsWithTags: ['layer:contracts', 'layer:adapter'] },
  {
    sourceTag: 'layer:app',
    onlyDependOnLibsWithTags: ['layer:domain', 'layer:contracts', 'layer:adapter', 'layer:kit'],
  },
  { sourceTag: 'layer:kit', onlyDependOnLibsWithTags: ['layer:kit'] },
  // What a user of Posthorn writes: the kits, and nothing of ours behind them.
  { sourceTag: 'layer:example', onlyDependOnLibsWithTags: ['layer:kit'] },
  // What runs in a browser: it knows the API alone.
  { sourceTag: 'layer:portal', onlyDependOnLibsWithTags: [] },
  { sourceTag: 'layer:composition', onlyDependOnLibsWithTags: ['layer:app', 'layer:adapter'] },
  { sourceTag: 'layer:testing', onlyDependOnLibsWithTags: ['*'] },
];

const boundaries = (depConstraints) => [
  'error',
  { enforceBuildableLibDependency: false, allowCircularSelfDependency: true, allow: [], depConstraints },
];

/** Kits repeat rules of ours because they may not import them: their specs hold the two together. */
const forKitSpecs = ['layer:domain', 'layer:adapter'];
const hasKitSpecs = (sourceTag) => ['layer:kit', 'layer:example'].includes(sourceTag);

/** And the specs of a service may speak to it as its users do. */
const ownUsers = (sourceTag) => (sourceTag === 'layer:app' ? ['layer:kit'] : []);

/** A spec may import the testing lib, its peers of any layer below it, and test tools. */
const forSpecs = layers.map(({ sourceTag, onlyDependOnLibsWithTags }) => ({
  sourceTag,
  onlyDependOnLibsWithTags:
    sourceTag === 'layer:testing'
      ? ['*']
      : [
          ...onlyDependOnLibsWithTags,
          ...(hasKitSpecs(sourceTag) ? forKitSpecs : []),
          ...ownUsers(sourceTag),
          'layer:testing',
          'layer:contracts',
        ],
}));

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/out-tsc/**',
      '**/node_modules/**',
      '.nx/**',
      '.posthorn/**',
      '**/generated/**',
    ],
  },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx', '**/*.mjs'],
    plugins: { '@nx': nx },
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        Buffer: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
        setImmediate: 'readonly',
        performance: 'readonly',
        fetch: 'readonly',
        AbortController: 'readonly',
        AbortSignal: 'readonly',
        TextDecoder: 'readonly',
      },
    },
    rules: {
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 6],
      'max-len': [
        'error',
        {
          code: 110,
          ignoreUrls: true,
          ignoreTemplateLiterals: true,
          ignoreStrings: true,
          ignoreRegExpLiterals: true,
        },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-definitions': 'off',
    },
  },
  {
    files: ['{apps,libs,examples}/*/src/**/*.{ts,tsx}'],
    rules: {
      '@nx/enforce-module-boundaries': boundaries(layers),
      // Settings are read once, in main.ts, by a config class (house style, section 4).
      'no-restricted-syntax': [
        'error',
        {
          selector: "MemberExpression[object.name='process'][property.name='env']",
          message: 'Read settings through a config class.',
        },
      ],
    },
  },
  {
    files: ['**/*.config.ts', '**/main.ts', 'libs/runtime/src/**/*.ts', 'libs/testing/src/**/*.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  // One state machine, one file: its rules are read together or not at all.
  {
    files: ['libs/domain/src/lane.ts', 'apps/dispatcher/src/{partition-owner,dispatcher.service}.ts'],
    rules: { 'max-lines': ['error', { max: 390, skipBlankLines: true, skipComments: true }] },
  },
  {
    files: ['**/*.spec.ts', '{apps,libs}/*/src/testing/**/*.ts'],
    rules: {
      '@nx/enforce-module-boundaries': boundaries(forSpecs),
      'max-lines-per-function': 'off',
      'no-restricted-syntax': 'off',
    },
  },
);
