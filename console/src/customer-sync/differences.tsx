import { Button, Text, Title } from '@mantine/core';
import { useState } from 'react';
import type { CustomerDifference } from '../api/bodies.ts';
import { dateAndTime } from '../app/formats.ts';
import { addresses, Link } from '../app/router.tsx';
import { Trouble } from '../app/trouble.tsx';
import { words } from '../app/words.ts';
import { fieldName, inFormOrder } from '../customers/field-name.ts';
import classes from './customer-sync.module.css';
import { type Choice, useDifferences, useResolve } from './customer-sync.ts';

interface DifferencesProps {
  openCount: number;
  mayDecide: boolean;
}

/** What neither side may write over the other without a person. */
export function Differences({ openCount, mayDecide }: DifferencesProps) {
  const differences = useDifferences(openCount);
  const say = words.sync;
  const open = differences.data?.pages.flatMap(({ data }) => data) ?? [];
  return (
    <section className={`card ${classes.card}`} aria-labelledby="differences-title">
      <Title order={2} size="h5" id="differences-title">
        {say.differences}
      </Title>
      {differences.isError && !differences.data && (
        <Trouble
          error={differences.error}
          title={say.differencesFailed}
          onRetry={() => differences.refetch()}
        />
      )}
      {differences.data && open.length === 0 && (
        <Text size="sm" c="dimmed" mt={6}>
          {say.nothing}
        </Text>
      )}
      {open.length > 0 && (
        <ul className={classes.differences}>
          {open.map((one) => (
            <li key={`${one.id} ${one.version}`}>
              <OneDifference difference={one} mayDecide={mayDecide} />
            </li>
          ))}
        </ul>
      )}
      {differences.hasNextPage && (
        <Button
          variant="subtle"
          size="compact-sm"
          mt="sm"
          loading={differences.isFetchingNextPage}
          onClick={() => differences.fetchNextPage()}
        >
          {say.more}
        </Button>
      )}
    </section>
  );
}

function OneDifference(props: { difference: CustomerDifference; mayDecide: boolean }) {
  const { difference } = props;
  const [chosen, setChosen] = useState<string | undefined>(difference.candidates[0]?.id);
  const say = words.sync;
  const name = (difference.ours ?? difference.theirs)?.legal_name;
  const canLink = difference.choices.includes('link') && difference.candidates.length > 0;
  return (
    <article aria-label={name ?? undefined}>
      <h3 className={classes.name}>{name}</h3>
      <p>{difference.detail}</p>
      {difference.errors.length > 0 && (
        <ul className={classes.errors}>
          {difference.errors.map((error) => (
            <li key={`${error.path} ${error.code}`}>{error.message}</li>
          ))}
        </ul>
      )}
      <Versions difference={difference} />
      {canLink && (
        <fieldset className={classes.candidates}>
          <legend>{say.whichOne}</legend>
          {difference.candidates.map((one) => (
            <label key={one.id}>
              <input
                type="radio"
                name={`candidate-${difference.id}`}
                checked={one.id === chosen}
                onChange={() => setChosen(one.id)}
              />
              {say.candidate(one.legal_name, one.tax_id, one.zip)}
            </label>
          ))}
        </fieldset>
      )}
      <div className={classes.under}>
        <span>{say.found(dateAndTime(difference.found_at))}</span>
        {difference.customer && (
          <Link className={classes.link} href={addresses.customer(difference.customer)}>
            {say.seeCustomer}
          </Link>
        )}
      </div>
      {props.mayDecide && (
        <Choices
          difference={difference}
          choices={difference.choices.filter((one) => one !== 'link' || canLink)}
          chosen={chosen}
        />
      )}
    </article>
  );
}

interface ChoicesProps {
  difference: CustomerDifference;
  choices: readonly Choice[];
  chosen: string | undefined;
}

function Choices({ difference, choices, chosen }: ChoicesProps) {
  const resolve = useResolve(difference);
  const say = words.sync;
  return (
    <>
      <div className={classes.choices}>
        {choices.map((choice) => (
          <Button
            key={choice}
            size="xs"
            variant="default"
            disabled={resolve.isPending}
            loading={resolve.isPending && resolve.variables.choice === choice}
            onClick={() =>
              resolve.mutate({ choice, customer: choice === 'link' ? chosen : undefined })
            }
          >
            {say.choices[choice]}
          </Button>
        ))}
      </div>
      {resolve.isError && <Trouble error={resolve.error} title={say.decideFailed} />}
    </>
  );
}

type Version = NonNullable<CustomerDifference['ours']>;

/** Both versions side by side, where they differ; one alone says what it is. */
function Versions({ difference: { ours, theirs } }: { difference: CustomerDifference }) {
  const say = words.sync;
  const rows = inFormOrder(differing(ours, theirs));
  if (rows.length === 0) return null;
  const shown = (value: string | null) => value ?? <i>{say.empty}</i>;
  return (
    <table className={classes.versions}>
      <thead>
        <tr>
          <th scope="col">{say.field}</th>
          {ours && <th scope="col">{say.ours}</th>}
          {theirs && <th scope="col">{say.theirs}</th>}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.field}>
            <th scope="row">{fieldName(row.field)}</th>
            {ours && <td>{shown(row.ours)}</td>}
            {theirs && <td>{shown(row.theirs)}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function differing(ours: Version | null, theirs: Version | null) {
  const [here, there] = [flat(ours), flat(theirs)];
  const fields = [...new Set([...Object.keys(here), ...Object.keys(there)])];
  return fields
    .map((field) => ({ field, ours: here[field] ?? null, theirs: there[field] ?? null }))
    .filter((row) => row.ours !== row.theirs);
}

function flat(version: Version | null): Record<string, string | null> {
  if (!version) return {};
  const { address, ...rest } = version;
  const placed = Object.entries(address).map(([name, value]) => [`address.${name}`, value]);
  return { ...rest, ...Object.fromEntries(placed) };
}
