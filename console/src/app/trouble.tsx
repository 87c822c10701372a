import { Alert, Button, Code, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { isPassing, Problem, Unreachable } from '../api/problem.ts';
import { words } from './words.ts';

interface TroubleProps {
  error: unknown;
  title?: string;
  hint?: string;
  onRetry?: () => void;
  retryWord?: string;
  children?: ReactNode;
}

/**
 * What went wrong, what to do about it, and the reference that support will ask for: not for what
 * the person can put right alone (422).
 */
export function Trouble({ error, title, hint, onRetry, retryWord, children }: TroubleProps) {
  const said = sayTrouble(error);
  const reference = error instanceof Problem && error.status !== 422 ? error.requestId : undefined;
  return (
    <Alert role="alert" icon={<IconAlertTriangle aria-hidden />} title={title || said.title}>
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{hint || said.hint}</Text>
        {children}
        {reference && (
          <Text size="xs" c="dimmed">
            {words.trouble.reference}: <Code>{reference}</Code>
          </Text>
        )}
        {onRetry && (
          <Button size="xs" variant="default" onClick={onRetry}>
            {retryWord ?? words.trouble.retry}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

function sayTrouble(error: unknown): { title: string; hint: string } {
  const { trouble } = words;
  if (error instanceof Unreachable)
    return { title: trouble.unreachable, hint: trouble.unreachableHint };
  if (isPassing(error)) return { title: trouble.busy, hint: trouble.busyHint };
  const detail = error instanceof Problem ? error.message : '';
  return { title: trouble.unexpected, hint: detail || trouble.unexpectedHint };
}
