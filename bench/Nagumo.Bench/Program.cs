using Nagumo.Bench;

if (args is ["gemm"])
    return GemmBench.Run();
Console.Error.WriteLine("usage: dotnet run -c Release --project bench/Nagumo.Bench -- gemm");
return 2;
