import {
  ActionIcon,
  NumberInput,
  Stack,
  type NumberInputHandlers,
  type NumberInputProps,
} from '@mantine/core';
import { useRef } from 'react';
import { useT } from '../i18n/i18n';

/** A field for a number whose two buttons have names; by keyboard the arrows do the same. */
export function NumberField({ label, ...props }: NumberInputProps & { label: string }) {
  const t = useT();
  const input = useRef<HTMLInputElement>(null);
  const handlers = useRef<NumberInputHandlers>(undefined);
  const steps = [
    { way: 'increment', name: t('field.more', { name: label }), path: 'M1 5l4-4 4 4' },
    { way: 'decrement', name: t('field.less', { name: label }), path: 'M1 1l4 4 4-4' },
  ] as const;
  return (
    <NumberInput
      {...props}
      ref={input}
      label={label}
      handlersRef={handlers}
      rightSectionPointerEvents="all"
      rightSectionWidth={28}
      rightSection={
        <Stack gap={0}>
          {steps.map(({ way, name, path }) => (
            <ActionIcon
              key={way}
              variant="subtle"
              color="gray"
              w={24}
              h={16}
              mih={16}
              tabIndex={-1}
              aria-label={name}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => {
                // What is told when the field is left has to have been entered.
                input.current?.focus();
                handlers.current?.[way]();
              }}
            >
              <svg
                width="10"
                height="6"
                viewBox="0 0 10 6"
                fill="none"
                stroke="currentColor"
                aria-hidden="true"
              >
                <path d={path} strokeWidth="1.5" />
              </svg>
            </ActionIcon>
          ))}
        </Stack>
      }
    />
  );
}
