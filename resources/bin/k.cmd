@echo off
call "%~dp0cellar.cmd" k %*
exit /b %errorlevel%
