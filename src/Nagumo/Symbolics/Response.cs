using System.Numerics;
namespace Nagumo.Symbolics;
internal abstract unsafe class Response<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{ public abstract void Solve(Rows<T> drive, ReadOnlySpan<Rows<T>> uniforms, Rows<T> u, int rows, int cols); }
internal abstract unsafe class JointResponse<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
{ public abstract void Solve(Rows<T> driveU, Rows<T> driveV, ReadOnlySpan<Rows<T>> uniforms, Rows<T> u, Rows<T> v, int rows, int cols); }
internal static class Response
{
    public static Response<T> Warm<T>(Expr f, Symbol u, IReadOnlyList<Symbol> uniforms, Func<Symbol,double> nominal) where T : unmanaged, IBinaryFloatingPointIeee754<T> => new N<T>(f,u,uniforms);
    public static Response<T> Tabulated<T>(Expr f, Symbol u) where T : unmanaged, IBinaryFloatingPointIeee754<T> => new N<T>(f,u,[]);
    public static JointResponse<T> Joint<T>(Expr fu, Expr fv, Symbol u, Symbol v, IReadOnlyList<Symbol> uniforms, Func<Symbol,double> nominal) where T : unmanaged, IBinaryFloatingPointIeee754<T> => throw new NotImplementedException();
    private sealed unsafe class N<T>(Expr f, Symbol u, IReadOnlyList<Symbol> uniforms) : Response<T> where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public override void Solve(Rows<T> drive, ReadOnlySpan<Rows<T>> un, Rows<T> x, int rows, int cols)
        {
            var d = f.Derive(u);
            double[] vals = new double[uniforms.Count];
            for (int r = 0; r < rows; r++) { for (int i = 0; i < vals.Length; i++) vals[i] = double.CreateChecked(un[i].Data[r*un[i].Stride]);
            for (int c = 0; c < cols; c++) {
                double J = double.CreateChecked(drive.Data[r*drive.Stride+c]), lo=-1000, hi=1000, z=0;
                double V(Symbol s) { if (s == u) return z; for (int i=0;i<vals.Length;i++) if (uniforms[i]==s) return vals[i]; throw new Exception(s.Name);} 
                for (int it=0; it<200; it++) { double e=f.Evaluate(V)-J; if (e>0) hi=z; else lo=z; double n=z-e/d.Evaluate(V); if(!(n>lo&&n<hi)) n=(lo+hi)/2; if (Math.Abs(n-z)<1e-15*Math.Max(1,Math.Abs(z))) break; z=n; }
                x.Data[r*x.Stride+c]=T.CreateChecked(z);
            } }
        }
    }
}
