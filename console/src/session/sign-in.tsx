import { Alert, Button, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconAlertCircle } from '@tabler/icons-react';
import { type FormEvent, useEffect } from 'react';
import { Problem } from '../api/problem.ts';
import { usePageTitle } from '../app/page-title.ts';
import { Trouble } from '../app/trouble.tsx';
import { words } from '../app/words.ts';
import { useSignIn } from './session.ts';
import classes from './sign-in.module.css';

/** The door. `onShown` lets the page behind it be fetched while the person types. */
export function SignIn({ onShown }: { onShown: () => void }) {
  const signIn = useSignIn();
  usePageTitle(words.signIn.title);
  useEffect(onShown, [onShown]);

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    signIn.mutate({
      email: String(fields.get('email')).trim(),
      password: String(fields.get('password')),
    });
  };

  return (
    <main className={classes.page}>
      <form className={`card ${classes.card}`} onSubmit={submit}>
        <Stack gap="lg">
          <div>
            <img src="/favicon.svg" width={36} height={36} alt="" />
            <Title order={1} size="h3" mt="sm">
              {words.signIn.title}
            </Title>
            <Text c="dimmed" size="sm" mt={4}>
              {words.signIn.pitch}
            </Text>
          </div>
          <SignInFailure error={signIn.error} />
          <TextInput
            name="email"
            type="email"
            label={words.signIn.email}
            autoComplete="username"
            required
            withAsterisk={false}
            autoFocus
          />
          <PasswordInput
            name="password"
            label={words.signIn.password}
            autoComplete="current-password"
            required
            withAsterisk={false}
            visibilityToggleButtonProps={{ 'aria-label': words.signIn.showPassword, tabIndex: 0 }}
          />
          <Button type="submit" loading={signIn.isPending} fullWidth>
            {words.signIn.enter}
          </Button>
        </Stack>
      </form>
    </main>
  );
}

function SignInFailure({ error }: { error: unknown }) {
  if (!error) return null;
  if (error instanceof Problem && error.status < 500) {
    return (
      <Alert role="alert" icon={<IconAlertCircle aria-hidden />}>
        {error.message || words.signIn.wrong}
      </Alert>
    );
  }
  return <Trouble error={error} title={words.signIn.failed} />;
}
