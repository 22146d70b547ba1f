import js from '@eslint/js';
import boundaries from 'eslint-plugin-boundaries';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { ejs } from './.eslint/ejs.js';
import { fileNames } from './.eslint/file-names.js';

// Imports run one way, from below to above. A layer may import itself and what its row names; `layer:type` allows types alone.
const base = 'models web audit core notifications';
const roster = 'roster sources runs clever';
const all =
  'core database models web audit notifications clever runs sources tables roster-files roster uploads duplicates mapping sync review importer events classes slots contacts accounts reports meetings claims booking parents entry calendar households planning draw desk handmade moves appointments mailings families overview history letters staff waitlist waitlist-pages interpreters rehearsal';

// prettier-ignore
const layers = [
  // layer           its files                                       may import
  ['core',          'server/{config,root,log,queue,deps,seal,disk-faults,fork-bounded}.ts','models:type'],
  ['models',        'server/models/**',                             ''],
  ['database',      'server/database/**',                           'core models'],
  ['web',           'server/web/**',                                'models core'],
  ['audit',         'server/audit/**',                              'models core'],
  ['notifications', 'server/notifications/**',                      'models web audit core'],
  ['clever',        'server/clever/**',                             base],
  ['sandbox',       'server/sandbox/**',                            'clever:type'],
  ['runs',          'server/runs/**',                               `clever ${base}`],
  ['sources',       'server/sources/**',                            `runs clever ${base}`],
  ['tables',        'server/tables/**',                             `sources ${base}`],
  ['roster-files',  'server/roster-files/**',                       `tables sources clever ${base}`],
  ['roster',        'server/roster/**',                             `roster-files sources runs clever ${base}`],
  ['uploads',       'server/uploads/**',                            `roster-files tables ${roster} ${base}`],
  ['duplicates',    'server/duplicates/**',                         `${roster} ${base}`],
  ['mapping',       'server/mapping/**',                            `${roster} ${base}`],
  ['sync',          'server/sync/**',                               `${roster} ${base}`],
  ['review',        'server/review/**',                             `sync uploads ${roster} ${base}`],
  ['importer',      'server/importer/**',                           `review sync ${roster} ${base}`],
  ['events',        'server/events/**',                             `sync runs ${base}`],
  ['classes',       'server/classes/**',                            base],
  ['slots',         'server/slots/**',                              `claims ${base}`],
  ['accounts',      'server/accounts/**',                           base],
  ['contacts',      'server/contacts/**',                           `runs accounts ${base}`],
  ['staff',         'server/staff/**',                              `runs accounts ${base}`],
  ['reports',       'server/reports/**',                            `sync runs ${base}`],
  ['meetings',      'server/meetings/**',                           base],
  ['claims',        'server/claims/**',                             base],
  ['booking',       'server/booking/**',                            `claims meetings slots accounts ${base}`],
  ['waitlist',      'server/waitlist/**',                           `booking claims meetings slots accounts ${base}`],
  ['parents',       'server/parents/**',                            `waitlist booking claims meetings slots accounts ${base}`],
  ['entry',         'server/entry/**',                              `parents booking meetings accounts ${base}`],
  ['calendar',      'server/calendar/**',                           `meetings ${base}`],
  ['households',    'server/households/**',                         `parents booking claims meetings accounts ${base}`],
  ['planning',      'server/planning/**',                           `parents waitlist booking claims meetings slots accounts ${base}`],
  ['waitlist-pages','server/waitlist-pages/**',                     `planning parents waitlist booking meetings slots accounts ${base}`],
  ['draw',          'server/draw/**',                             `planning parents waitlist events booking claims meetings slots accounts ${base}`],
  ['interpreters',  'server/interpreters/**',                     `parents desk events reports booking claims meetings accounts ${base}`],
  ['desk',          'server/desk/**',                               `booking claims meetings reports contacts slots accounts ${base}`],
  ['handmade',      'server/handmade/**',                           `booking claims meetings slots ${base}`],
  ['moves',         'server/moves/**',                              `draw booking claims meetings slots ${base}`],
  ['appointments',  'server/appointments/**',                       `booking desk interpreters reports sync ${base}`],
  ['mailings',      'server/mailings/**',                           `meetings reports events ${base}`],
  ['families',      'server/families/**',                           `households waitlist-pages planning parents waitlist booking claims meetings contacts accounts ${base}`],
  ['letters',       'server/letters/**',                           `mailings contacts events ${base}`],
  ['overview',      'server/overview/**',                           `events slots accounts interpreters reports sync runs ${base}`],
  ['rehearsal',     'server/rehearsal/**',                        `overview booking database events scratch:type ${base}`],
  ['history',       'server/history/**',                            `events accounts ${base}`],
  ['routes',        'server/{routes,app,index}.ts',                 `${all} jobs runtime`],
  ['scratch',       'server/scratch/**',                          'routes upgrades database models web core'],
  ['upgrades',      'server/upgrades/**',                           'database models booking runs roster web core'],
  ['runtime',       'server/{runtime,backup,ending}.ts',            'core database upgrades web jobs'],
  ['jobs',          'jobs/**',                                      `${all} runtime`],
  ['demo',          'server/demo/**',                               `scratch ${all} routes runtime upgrades jobs sandbox`],
  ['test',          'test/**',                                      `scratch ${all} routes runtime upgrades jobs sandbox demo`],
];

// The closed file vocabulary of a feature folder.
const features =
  'accounts appointments audit booking calendar claims classes clever contacts desk draw duplicates entry events families handmade history households importer interpreters letters mailings mapping meetings moves notifications overview parents planning rehearsal reports slots uploads staff waitlist waitlist-pages'.split(
    ' ',
  );
const featureFiles = ['routes.ts', 'schema.ts', 'queries.ts', 'policy.ts', 'client.ts'];
const verbs = `
  add apply approve archive assign attach authenticate authorize block book build cancel change check choose claim
  clear close collect compare confirm connect consume continue convert copy count create decide delete deliver detach
  diff disable disconnect download draw drop edit enable end enforce ensure enter exchange expire explain export
  extract fetch filter find finish follow format free generate group guard hash hide hold import insert
  invite issue join keep lay leave limit link list load lock log mail make map mark match measure merge move normalize
  name notify number offer open order parse pass pause pick plan post prepare preview print propose protect prove
  publish pull purge push put queue rank rate read receive reconcile record redeem refresh refuse register
  reject release remind remove rename render reopen repair replace report request require reschedule reset
  resolve restore resume retry return revoke rotate run save say scan schedule search seed select send serve set
  share show sign skip solve sort split start stop store stream submit sum summarize suspend swap switch
  sync take tell test track transfer unarchive undo unhide unlink unlock update upload validate verify wait
  walk warn watch write`
  .trim()
  .split(/\s+/);

const split = (row) => row.split(' ').filter(Boolean);
// Few selectors with many names each: the plugin takes five times as long for one selector a name.
const policies = layers.map(([layer, , allowed]) => {
  const names = split(allowed);
  const types = names.filter((name) => name.endsWith(':type')).map((name) => name.replace(':type', ''));
  const whole = [layer, ...names.filter((name) => !name.endsWith(':type'))];
  return {
    from: { file: { categories: layer } },
    allow: [
      { to: { file: { categories: whole } } },
      ...(types.length > 0 ? [{ to: { file: { categories: types } }, dependency: { kind: 'type' } }] : []),
    ],
  };
});

export default defineConfig(
  globalIgnores(['dist', 'data', 'coverage', 'test/tmp']),
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { boundaries, slotbell: { rules: { 'file-names': fileNames } } },
    settings: {
      'import/resolver': { './.eslint/resolver.cjs': {} },
      'boundaries/root-path': import.meta.dirname,
      'boundaries/dependency-nodes': ['import', 'dynamic-import', 'export'],
      'boundaries/files': layers.map(([category, pattern]) => ({ category, pattern })),
      'boundaries/files-single-match': true,
    },
    rules: {
      'boundaries/no-unknown-files': 'error',
      'boundaries/dependencies': [
        'error',
        {
          default: 'disallow',
          checkUnknownLocals: true,
          checkInternals: true,
          message:
            '{{from.file.categories}} may not import {{to.file.path}} (the table in eslint.config.js).',
          policies,
        },
      ],
      'slotbell/file-names': ['error', { features, files: featureFiles, verbs }],
      'max-lines': ['warn', { max: 250, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
      eqeqeq: 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-import-type-side-effects': 'error',
      // Counts and times are printed in templates all over.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // An empty text is as good as none.
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { string: true } }],
      // [...text] takes code points, which is what is wanted.
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
      // Loops that end by break or return.
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      // Reports every mongoose schema as "a class instance assigned to a plain type".
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // Interfaces ask for promises where nothing is awaited.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    // Processes that a person starts: lines for the terminal, beside the log.
    files: [
      'server/{index,ending,runtime,backup}.ts',
      'jobs/worker.ts',
      'server/demo/**',
      'server/sandbox/index.ts',
    ],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // Tests may import everything; asking that of each import would be a fifth of linting.
      'boundaries/dependencies': 'off',
      // supertest's response bodies are `any`: the assertions check them.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['test/bench/**', 'test/support/**'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: {
      globals: Object.fromEntries(
        ['process', 'console', 'require', 'exports', 'module'].map((name) => [name, 'readonly']),
      ),
    },
  },
  {
    files: ['public/**/*.js'],
    rules: { 'no-console': 'error' },
    languageOptions: {
      sourceType: 'module',
      globals: Object.fromEntries(
        `window document crypto TextEncoder location history navigator localStorage sessionStorage fetch FormData URL URLSearchParams
        AbortController AbortSignal Blob CSS CustomEvent DOMParser Element Event EventSource File Headers HTMLElement
        HTMLFormElement HTMLInputElement HTMLSelectElement IntersectionObserver KeyboardEvent MutationObserver Node
        ResizeObserver clearInterval clearTimeout matchMedia performance queueMicrotask requestAnimationFrame
        setInterval setTimeout structuredClone Option htmx Chart bootstrap`
          .split(/\s+/)
          .map((name) => [name, 'readonly']),
      ),
    },
  },
  { files: ['**/*.ejs'], plugins: { slotbell: { processors: { ejs } } }, processor: 'slotbell/ejs' },
);
