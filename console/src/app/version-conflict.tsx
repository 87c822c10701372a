import { Button, Text } from '@mantine/core';
import dialogClasses from './dialog.module.css';
import { Dialog } from './dialog.tsx';
import classes from './version-conflict.module.css';

interface VersionConflictProps {
  say: Readonly<
    Record<
      | ('title' | 'means' | 'field' | 'mine' | 'theirs' | 'nothing')
      | ('goOn' | 'takeMine' | 'takeTheirs'),
      string
    >
  >;
  /** By the fields' names, in words. */
  differences: ReadonlyArray<{ field: string; mine: string; theirs: string }>;
  saving: boolean;
  onTakeMine: () => void;
  onTakeTheirs: () => void;
  onGoOn: () => void;
}

/** Two people saved at once: both versions side by side, and a choice. */
export function VersionConflict({ say, differences, saving, ...choices }: VersionConflictProps) {
  return (
    <Dialog title={say.title} onClose={choices.onGoOn}>
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
            {differences.map((one) => (
              <tr key={one.field}>
                <th scope="row">{one.field}</th>
                <td>{one.mine || <i>{say.nothing}</i>}</td>
                <td>{one.theirs || <i>{say.nothing}</i>}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <div className={classes.choices}>
          <Button variant="subtle" onClick={choices.onGoOn}>
            {say.goOn}
          </Button>
          <Button variant="default" onClick={choices.onTakeTheirs}>
            {say.takeTheirs}
          </Button>
          <Button onClick={choices.onTakeMine} loading={saving}>
            {say.takeMine}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
