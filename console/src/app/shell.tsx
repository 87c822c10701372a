import { ActionIcon, Text, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { IconFilePlus, IconFiles, IconMoon, IconSun } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Session } from '../api/bodies.ts';
import { StampingNotices } from '../stamping/stamping-notices.tsx';
import { AccountMenu } from './account-menu.tsx';
import { ModeBadge } from './mode-badge.tsx';
import { placesOf } from './places.ts';
import { addresses, Link, navigate, type Route } from './router.tsx';
import classes from './shell.module.css';
import { useShortcut } from './shortcut.ts';
import { words } from './words.ts';

interface ShellProps {
  session: Session;
  page: Route['page'];
  children: ReactNode;
}

/** The frame around every page of a signed-in person: where they are, as whom, in which mode. */
export function Shell({ session, page, children }: ShellProps) {
  useShortcut('alt', 'KeyN', () => navigate(addresses.newInvoice));
  return (
    <>
      <a className={classes.skip} href="#content">
        {words.shell.skip}
      </a>
      <header className={classes.header}>
        <div className={classes.bar}>
          <Link className={classes.brand} href={addresses.newInvoice} aria-label={words.brand}>
            <img src="/favicon.svg" width={26} height={26} alt="" />
            <span className={classes.brandName}>{words.brand}</span>
          </Link>
          <nav className={classes.nav} aria-label={words.shell.navigation}>
            <NavLink href={addresses.newInvoice} current={page === 'new'}>
              <IconFilePlus size={18} aria-hidden />
              <span className={classes.navWord}>{words.shell.newInvoice}</span>
            </NavLink>
            <NavLink href={addresses.invoices} current={page === 'list'}>
              <IconFiles size={18} aria-hidden />
              <span className={classes.navWord}>{words.shell.invoices}</span>
            </NavLink>
            {placesOf(session).map(({ at, href, Icon }) => (
              <NavLink key={href} href={href} current={page === at} roomy>
                <Icon size={18} aria-hidden />
                <span className={classes.navWord}>{words.shell[at]}</span>
              </NavLink>
            ))}
          </nav>
          <Text className={classes.tenant} size="sm" truncate title={session.tenant.legal_name}>
            {session.tenant.name}
          </Text>
          <ModeBadge livemode={session.tenant.livemode} />
          <SchemeButton />
          <AccountMenu session={session} />
        </div>
      </header>
      <StampingNotices />
      <main id="content" className={classes.main} tabIndex={-1}>
        {children}
      </main>
    </>
  );
}

interface NavLinkProps {
  href: string;
  current: boolean;
  /** Only where there is room. */
  roomy?: boolean;
  children: ReactNode;
}

function NavLink(props: NavLinkProps) {
  return (
    <Link
      className={classes.navLink}
      data-roomy={props.roomy}
      href={props.href}
      aria-current={props.current ? 'page' : undefined}
    >
      {props.children}
    </Link>
  );
}

function SchemeButton() {
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme('light') === 'dark';
  const label = dark ? words.shell.light : words.shell.dark;
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="lg"
      aria-label={label}
      title={label}
      onClick={() => setColorScheme(dark ? 'light' : 'dark')}
    >
      {dark ? <IconSun size={18} aria-hidden /> : <IconMoon size={18} aria-hidden />}
    </ActionIcon>
  );
}
