@echo off
call "%~dp0cellar.cmd" km %*
exit /b %errorlevel%
