@echo off
rem Starts Cellar's command line under the Node of its own tree, else one on PATH (22.18 or newer).
setlocal
set "root=%~dp0..\.."
set "node=%root%\node_modules\node\bin\node.exe"
if not exist "%node%" set "node=node"
if exist "%root%\out\main\cellar.js" (
  "%node%" "%root%\out\main\cellar.js" %*
) else (
  "%node%" --disable-warning=ExperimentalWarning "%root%\src\cli\cellar.ts" %*
)
exit /b %errorlevel%
