import { Button, Text } from '@mantine/core';
import type { CustomerRecord } from '../api/bodies.ts';
import dialogClasses from '../app/dialog.module.css';
import { Dialog } from '../app/dialog.tsx';
import { words } from '../app/words.ts';
import { type CustomerDraft, differences, draftOfCustomer } from './customer-draft.ts';
import classes from './customer-form.module.css';
import { fieldName, inFormOrder } from './field-name.ts';

interface CustomerConflictProps {
  mine: CustomerDraft;
  current: CustomerRecord;
  saving: boolean;
  onTakeMine: () => void;
  onTakeTheirs: () => void;
  onGoOn: () => void;
}

/** Two people saved at once: both versions side by side, and a choice. */
export function CustomerConflict(props: CustomerConflictProps) {
  const { mine, current } = props;
  const say = words.customers.conflict;
  return (
    <Dialog title={say.title} onClose={props.onGoOn}>
      <div className={dialogClasses.fields}>
        <Text size="sm">{say.means}</Text>
        <table className={classes.versions}>
          <thead>
            <tr>
              <th scope="col">{say.field}</th>
              <th scope="col">{say.mine}</th>
              <th scope="col">{say.theirs}</th>
            </tr>
          </thead>
          <tbody>
            {inFormOrder(differences(mine, draftOfCustomer(current))).map((one) => (
              <tr key={one.field}>
                <th scope="row">{fieldName(one.field)}</th>
                <td>{one.mine || <i>{say.nothing}</i>}</td>
                <td>{one.theirs || <i>{say.nothing}</i>}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <div className={classes.choices}>
          <Button variant="subtle" onClick={props.onGoOn}>
            {say.goOn}
          </Button>
          <Button variant="default" onClick={props.onTakeTheirs}>
            {say.takeTheirs}
          </Button>
          <Button onClick={props.onTakeMine} loading={props.saving}>
            {say.takeMine}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
