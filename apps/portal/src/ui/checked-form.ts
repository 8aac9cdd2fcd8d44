import { useState, type FormEvent } from 'react';
import { ApiError } from '../api/client';
import { useLanguage } from '../i18n/i18n';
import { problemIn } from '../lib/field-check';
import { wordsOf } from './field-words';

type Options = {
  /** Names of its fields: as the API's pointers, without the first slash. */
  fields: readonly string[];
  /** What the API said of the last try. */
  error?: unknown;
  onValid(): void;
};

type Form = {
  props: { noValidate: true; onSubmit(event: FormEvent): void; onInput(event: FormEvent): void };
  problemOf(name: string): string | undefined;
  /** What the API said and no field shows. */
  rest: unknown;
};

/** A form that says at its fields what is wrong, before it is sent and after; the first gets the focus. */
export function useCheckedForm({ fields, error, onValid }: Options): Form {
  const { t, locale } = useLanguage();
  const [found, setFound] = useState<Record<string, string>>({});
  const said = error instanceof ApiError ? error.errors : [];
  const nameOf = (pointer = '') => fields.find((name) => `${pointer}/`.startsWith(`/${name}/`));
  const areAllShown = said.length > 0 && said.every(({ pointer }) => nameOf(pointer) !== undefined);
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    const problems: Record<string, string> = {};
    const inputs = [...(event.currentTarget as HTMLFormElement).elements].filter(
      (element): element is HTMLInputElement => element instanceof HTMLInputElement && element.name !== '',
    );
    for (const input of inputs) {
      const problem = problemIn(input);
      if (problem) problems[input.name] = t(problem.key, problem.values);
    }
    setFound(problems);
    const first = inputs.find(({ name }) => name in problems);
    if (first) first.focus();
    else onValid();
  };
  const onInput = (event: FormEvent) => {
    const { name } = event.target as HTMLInputElement;
    if (!(name in found)) return;
    setFound((before) => Object.fromEntries(Object.entries(before).filter(([each]) => each !== name)));
  };
  return {
    props: { noValidate: true, onSubmit, onInput },
    problemOf: (name) => {
      const problem = said.find(({ pointer }) => nameOf(pointer) === name);
      return found[name] ?? (problem && wordsOf(problem, name, locale));
    },
    rest: areAllShown ? null : error,
  };
}
