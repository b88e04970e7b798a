// node compile.cjs PYODIDE IN OUT: the Python of each zip file in IN as bytecode, by the very Python
// that will read it.  What cannot be compiled stays as it is.
const fs = require("fs"), path = require("path");
const [core, from, to] = process.argv.slice(2).map((one) => path.resolve(one));
const { loadPyodide } = require(path.join(core, "pyodide.js"));

(async () => {
  const python = await loadPyodide({ indexURL: core });
  python.mountNodeFS("/from", from);
  fs.mkdirSync(to, { recursive: true });
  python.mountNodeFS("/to", to);
  await python.runPythonAsync(`
import os, zipfile
from importlib._bootstrap_external import _code_to_hash_pyc

def compiled(name):
    home = "/lib/python312.zip/" if name == "python_stdlib.zip" else "/lib/python3.12/site-packages/"
    with zipfile.ZipFile("/from/" + name) as read, zipfile.ZipFile("/to/" + name, "w") as written:
        for entry in read.infolist():
            data, target = read.read(entry), zipfile.ZipInfo(entry.filename, (1980, 1, 1, 0, 0, 0))
            if entry.is_dir():
                continue
            if entry.filename.endswith(".py"):
                try:
                    code = compile(data, home + entry.filename, "exec", dont_inherit=True)
                    data = _code_to_hash_pyc(code, bytes(8), False)
                    target.filename += "c"
                except SyntaxError:
                    pass
            target.external_attr = 0o644 << 16
            written.writestr(target, data, zipfile.ZIP_DEFLATED, 9)

for name in sorted(os.listdir("/from")):
    compiled(name)
`);
})().catch((error) => { console.error(String(error)); process.exit(1); });
