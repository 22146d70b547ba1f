import { ESLint } from 'eslint';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const eslint = new ESLint({
  overrideConfigFile: 'eslint.config.js',
  // The fixtures are in memory, unknown to TypeScript's project service.
  overrideConfig: defineConfig({ files: ['**/*.ts'], extends: [tseslint.configs.disableTypeChecked] }),
});

/** Lints `text` as if it were the file `file`; returns what the rules whose name begins with `rule` say. */
export async function lint(file: string, text: string, rule: string): Promise<string[]> {
  const [result] = await eslint.lintText(text, { filePath: file });
  const messages = result?.messages ?? [];
  const fatal = messages.find((message) => message.fatal ?? message.ruleId === null);
  if (fatal) throw new Error(`${file}: ${fatal.message}`);
  return messages.filter((message) => message.ruleId?.startsWith(rule)).map((message) => message.message);
}
