// Names of source files: kebab-case everywhere; in a feature folder a closed vocabulary, so that a reader knows
// what a file holds before opening it.
import path from 'node:path';

const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.test|\.d)?\.ts$/;

/** ESLint rule. Options: features (folder names in server/), files (fixed names), verbs (first word of a verb file). */
export const fileNames = {
  meta: {
    type: 'problem',
    schema: [
      {
        type: 'object',
        properties: {
          features: { type: 'array', items: { type: 'string' } },
          files: { type: 'array', items: { type: 'string' } },
          verbs: { type: 'array', items: { type: 'string' } },
        },
        required: ['features', 'files', 'verbs'],
        additionalProperties: false,
      },
    ],
    messages: {
      kebab: '{{name}}: file and folder names are kebab-case.',
      vocabulary:
        '{{name}}: a feature folder holds {{files}} and verb files (book-slot.ts; verbs: eslint.config.js).',
    },
  },
  create(context) {
    const { features, files, verbs } = context.options[0];
    const parts = path.relative(context.cwd, context.filename).split(path.sep);
    const name = parts.at(-1) ?? '';
    const [top, feature] = parts;
    const inFeature = top === 'server' && parts.length === 3 && features.includes(feature);
    const [verb, ...noun] = name.replace(/\.ts$/, '').split('-');
    const isVerbFile = verbs.includes(verb) && noun.length > 0;
    return {
      Program(node) {
        if (!kebab.test(name) || parts.slice(0, -1).some((folder) => !kebab.test(`${folder}.ts`))) {
          context.report({ node, messageId: 'kebab', data: { name: parts.join('/') } });
        } else if (inFeature && !files.includes(name) && !isVerbFile) {
          context.report({
            node,
            messageId: 'vocabulary',
            data: { name: parts.join('/'), files: files.join(', ') },
          });
        }
      },
    };
  },
};
