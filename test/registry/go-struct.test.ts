import { describe, expect, it } from 'vitest';
import { goPodTemplate } from '../../src/registry/core/pod-spec/go-pod-spec.js';
import { GoPrinter } from '../../src/registry/go-struct.js';

describe('A Go struct in an error', () => {
  const printer = new GoPrinter({
    Outer: 'Name TTY=tty! Count# Limit~ Labels* Inner:Inner Items*:Inner Other*:Inner ...Embedded ...@metadata',
    Inner: 'Key',
    Embedded: 'Extra*',
  });

  it('has zero values for what is absent', () => {
    expect(JSON.stringify(printer.print('Outer', {}))).toBe(
      '{"Name":"","TTY":false,"Count":0,"Limit":"0","Labels":null,"Inner":{"Key":""},"Items":null,"Other":null,"Extra":null}',
    );
  });

  it("has Go's names and order, below itself as well", () => {
    const value = { metadata: { name: 'm' }, extra: [1], items: [{ key: 'a' }, {}], other: {}, tty: true, name: 'n', labels: { b: 'c' } };
    expect(JSON.stringify(printer.print('Outer', value))).toBe(
      '{"Name":"n","TTY":true,"Count":0,"Limit":"0","Labels":{"b":"c"},"Inner":{"Key":""},"Items":[{"Key":"a"},{"Key":""}],"Other":{"Key":""},"Extra":[1],"name":"m"}',
    );
  });

  it('is null where there is none', () => {
    expect(printer.print('Inner', undefined)).toBeNull();
  });

  it('shows what pods keep in their security context in Go', () => {
    const printed = goPodTemplate({
      metadata: { labels: { a: 'b' } },
      spec: {
        containers: [{ name: 'c', ports: [{ containerPort: 80 }], resources: {} }],
        hostNetwork: true,
        securityContext: { runAsUser: 5 },
        volumes: [{ name: 'v', emptyDir: {} }],
      },
    }) as { labels: unknown; Spec: Record<string, unknown> };
    expect(printed.labels).toEqual({ a: 'b' });
    expect(printed.Spec['SecurityContext']).toMatchObject({ HostNetwork: true, HostPID: false, RunAsUser: 5, Sysctls: null });
    expect(printed.Spec['Containers']).toMatchObject([
      { Name: 'c', Ports: [{ Name: '', HostPort: 0, ContainerPort: 80, Protocol: '', HostIP: '' }] },
    ]);
    expect(printed.Spec['Volumes']).toMatchObject([{ Name: 'v', EmptyDir: { Medium: '', SizeLimit: null }, HostPath: null }]);
  });
});
