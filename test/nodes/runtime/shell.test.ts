import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestPod } from './support.js';

let pod: TestPod;
beforeAll(async () => {
  pod = await new TestPod([{ env: [{ name: 'GREETING', value: 'hello' }] }]).start();
});
afterAll(() => {
  pod.sandbox.remove();
});

const scripts: readonly [script: string, stdout: string, code?: number][] = [
  ['echo $GREETING "$GREETING  world"', 'hello hello  world\n'],
  ['x="a b"; for w in $x "$x"; do echo "[$w]"; done', '[a]\n[b]\n[a b]\n'],
  ['echo ${x:-none} ${GREETING#he} ${GREETING%o} ${#GREETING} ${GREETING/l/L}', 'none llo hell 5 heLlo\n'],
  ['echo $((2 + 3 * 4)) $((7 / 2)) $((1 << 4)) $((5 > 3))', '14 3 16 1\n'],
  ['i=0; while [ $i -lt 3 ]; do i=$((i+1)); [ $i = 2 ] && continue; echo $i; done', '1\n3\n'],
  ['case abc in a*) echo starts;; *) echo other;; esac', 'starts\n'],
  ['f() { local v=$1; echo "f:$v"; return 3; }; f x; echo $?', 'f:x\n3\n'],
  ['(exit 4); echo $?; { false || echo or; } && echo and', '4\nor\nand\n'],
  ['printf "%s-%03d\\n" a 7 b 8', 'a-007\nb-008\n'],
  ['echo one two | while read a b; do echo "$b $a"; done', 'two one\n'],
  ['cat <<EOF\n$GREETING $(echo there)\nEOF', 'hello there\n'],
  ['echo out; echo err >&2; echo both 2>&1 >/dev/null', 'out\n'],
  ['seq 3 | sort -r | tr "\\n" " "', '3 2 1 '],
  ['set -e; false; echo never', '', 1],
  ['trap "echo bye" EXIT; exit 7', 'bye\n', 7],
  ['nosuch', '', 127],
  ['mkdir -p /tmp/d; touch /tmp/d/a.txt /tmp/d/b.txt /tmp/d/c; cd /tmp/d; echo *.txt; ls | wc -l', 'a.txt b.txt\n3\n'],
  ['[ -f /etc/passwd ] && [ ! -e /nope ] && [ 2 -gt 1 ] && echo yes', 'yes\n'],
  ['sleep 60 & kill $!; wait $!; echo $?', '143\n'],
  ['echo abc | sed s/b/B/ | grep -c B; echo a:b:c | cut -d: -f2; echo 3 4 | awk "{print \\$1+\\$2}"', '1\nb\n7\n'],
  ['yes | head -n 2', 'y\ny\n'],
  ['timeout 0.05 sleep 10; echo $?', '124\n'],
  [
    'mkdir /tmp/w1; cd /tmp/w1; mkdir -p m/n; mkdir m 2>&1; rm m 2>&1; rmdir m 2>&1; rm -rf m; rm m 2>&1; rm -f m; ls',
    "mkdir: cannot create directory 'm': File exists\nrm: cannot remove 'm': Is a directory\nrmdir: failed to remove 'm': Directory not empty\nrm: cannot remove 'm': No such file or directory\n",
  ],
  [
    'mkdir /tmp/w2; cd /tmp/w2; echo x > a; ln -s a b; ln a c; mv a d; readlink b; readlink -f c; cat c d; mkdir e; mv c d e; ls e',
    'a\n/tmp/w2/c\nx\nx\nc\nd\n',
  ],
  ['basename /a/b.txt .txt; basename /; dirname /a/b/; dirname b; dirname /a', 'b\n/\n/a\n.\n/\n'],
  ['cd /; cp -r /etc /tmp/copy && cat /tmp/copy/hostname; find /tmp/copy -name host*', 'web\n/tmp/copy/hostname\n/tmp/copy/hosts\n'],
  ['hostname; cat /etc/hostname', 'web\nweb\n'],
  ['[[ foo.txt == *.txt && a < b ]] && echo ok; a=(x y z); echo ${a[1]} ${#a[@]}', 'ok\ny 3\n'],
  ['echo hi > /tmp/x; echo more >> /tmp/x; cat < /tmp/x; rm /tmp/x; cat /tmp/x || echo gone', 'hi\nmore\ngone\n'],
];

describe('the shell of a container', () => {
  it.each(scripts)('runs %s', async (script, stdout, code = 0) => {
    const outcome = await pod.sh(script);
    expect(outcome).toMatchObject({ stdout, code });
  });

  it('reads a script from its input', async () => {
    const { stdout, code } = await pod.exec(['sh'], 'x=5\nif true; then\n  echo $x\nfi\nexit 2\n');
    expect({ stdout, code }).toEqual({ stdout: '5\n', code: 2 });
  });

  it('packs and unpacks what kubectl cp sends', async () => {
    await pod.sh('mkdir -p /tmp/a/b; echo text > /tmp/a/b/file; ln -s b /tmp/a/link');
    const { stdout } = await pod.sh('tar cf - -C /tmp a | (mkdir /tmp/out; tar xf - -C /tmp/out); cat /tmp/out/a/link/file');
    expect(stdout).toBe('text\n');
  });

  it('knows the pod by its environment and its files', async () => {
    const { stdout } = await pod.sh('env; cat /etc/hosts /etc/resolv.conf');
    for (const line of ['HOSTNAME=web', 'HOME=/root', 'GREETING=hello', '10.244.1.5\tweb']) expect(stdout).toContain(line);
  });
});
