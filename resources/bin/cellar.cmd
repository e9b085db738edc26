@echo off
rem Starts Cellar's command line under an installed app's own runtime acting as Node, the Node of its own tree, else one on PATH.
setlocal
set "root=%~dp0..\.."
set "node=%root%\node_modules\node\bin\node.exe"
if not exist "%node%" set "node=node"
if exist "%root%\..\..\Cellar.exe" (
  set "node=%root%\..\..\Cellar.exe"
  set "ELECTRON_RUN_AS_NODE=1"
)
if exist "%root%\out\main\cellar.js" (
  "%node%" --max-semi-space-size=4 "%root%\out\main\cellar.js" %*
) else (
  "%node%" --max-semi-space-size=4 --disable-warning=ExperimentalWarning "%root%\src\cli\cellar.ts" %*
)
exit /b %errorlevel%
