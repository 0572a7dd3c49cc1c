import type { Runtime, RuntimeFamily } from './runtimes.ts';

const LIBRARIES = '/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib';
const PROGRAMS = '/usr/local/bin:/usr/bin/:/bin:/opt/bin';

/** Python from here on runs on an operating system without the locale of LANG, so that it falls back to this one. */
const FIRST_PYTHON_MINOR_WITH_LC_CTYPE = 12;

/** Java is started by a program, a custom runtime by nothing at all. */
const WITHOUT_SHELL: ReadonlySet<RuntimeFamily> = new Set(['java', 'provided']);

/**
 * The variables that come with a runtime rather than with a function, as recorded by test_introspection_invoke. `PWD` and `SHLVL`
 * are those of the shell script that starts AWS's managed runtimes.
 */
export function runtimeEnvironment(runtime: Runtime): Readonly<Record<string, string>> {
  const withLang = runtime.identifier !== 'provided.al2';
  return {
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    LAMBDA_TASK_ROOT: '/var/task',
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    LD_LIBRARY_PATH: withLang ? `/var/lang/lib:${LIBRARIES}` : LIBRARIES,
    PATH: withLang ? `/var/lang/bin:${PROGRAMS}` : PROGRAMS,
    ...(runtime.executionEnvironment !== undefined && { AWS_EXECUTION_ENV: runtime.executionEnvironment }),
    ...(!WITHOUT_SHELL.has(runtime.family) && { PWD: '/var/task', SHLVL: '0' }),
    ...ofFamily(runtime),
  };
}

function ofFamily({ family, version }: Runtime): Readonly<Record<string, string>> {
  if (family === 'nodejs') {
    const folders = [
      `/opt/nodejs/node${version}/node_modules`,
      '/opt/nodejs/node_modules',
      '/var/runtime/node_modules',
      '/var/runtime',
      '/var/task',
    ];
    return { NODE_PATH: folders.join(':') };
  }
  if (family === 'python') {
    const minor = Number(version.split('.')[1]);
    return { PYTHONPATH: '/var/runtime', ...(minor >= FIRST_PYTHON_MINOR_WITH_LC_CTYPE && { LC_CTYPE: 'C.UTF-8' }) };
  }
  if (family === 'ruby') {
    return {
      LD_LIBRARY_PATH: `/var/lang/lib:/var/lang/lib:${LIBRARIES}`,
      PATH: `/var/lang/bin:/var/lang/bin:${PROGRAMS}`,
      GEM_HOME: '/var/runtime',
      GEM_PATH: `/var/task/vendor/bundle/ruby/${version}.0:/opt/ruby/gems/${version}.0:/var/runtime:/var/runtime/ruby/${version}.0`,
      RUBYLIB: '/var/runtime/gems/aws_lambda_ric-3.1.3/lib:/var/task:/var/runtime/lib:/opt/ruby/lib',
    };
  }
  return {};
}
